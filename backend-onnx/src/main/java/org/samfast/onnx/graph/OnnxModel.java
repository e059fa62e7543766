package org.samfast.onnx.graph;

import java.util.List;
import java.util.Map;

/** A graph in ONNX's file format, with its weights beside it. */
public final class OnnxModel {
    /** Name of the (never read) file that the external initializers of {@link #bytes} point to. */
    private static final Map<String, String> NOWHERE = Map.of("location", "weights");

    private final ProtoWriter header;
    private final ProtoWriter graph;
    private final List<Initializer> weights;

    /**
     * @param header all of the ModelProto before its graph
     * @param graph the GraphProto, less its weights
     */
    OnnxModel(ProtoWriter header, ProtoWriter graph, List<Initializer> weights) {
        this.header = header;
        this.graph = graph;
        this.weights = List.copyOf(weights);
    }

    /** The weights, in the order in which the graph came to them. */
    public List<Initializer> weights() {
        return weights;
    }

    /** A ModelProto whose weights are external: they name no data, a session is given {@link #weights}. */
    public byte[] bytes() {
        ProtoWriter whole = new ProtoWriter().raw(graph.toByteArray());
        weights.forEach(weight -> whole.message(OnnxProto.INITIALIZER, OnnxProto.external(weight, NOWHERE)));
        return new ProtoWriter()
                .raw(header.toByteArray())
                .message(OnnxProto.GRAPH, whole)
                .toByteArray();
    }

    /** All of a file before its graph, with metadata. */
    byte[] header(Map<String, String> metadata) {
        return header(header, metadata);
    }

    static byte[] header(ProtoWriter header, Map<String, String> metadata) {
        ProtoWriter whole = new ProtoWriter().raw(header.toByteArray());
        metadata.forEach((key, value) -> whole.message(OnnxProto.METADATA, OnnxProto.entry(key, value)));
        return whole.toByteArray();
    }

    /** The GraphProto, less its weights. */
    byte[] graph() {
        return graph.toByteArray();
    }
}
