package org.samfast.onnx.graph;

import java.util.List;

/**
 * A graph in ONNX's file format, with its weights beside it.
 *
 * @param bytes a ModelProto whose large initializers are external: they name no data, the session is given it
 * @param weights those initializers
 */
public record OnnxModel(byte[] bytes, List<Initializer> weights) {
    /** Name of the (never read) file that the external initializers point to. */
    public static final String EXTERNAL_FILE = "weights";

    public OnnxModel {
        weights = List.copyOf(weights);
    }
}
