package org.samfast.onnx.graph;

import java.util.Map;

/** The operators that a graph may be made of. */
enum OperatorSet {
    /** What ONNX Runtime runs fastest: opset 20, and its own domain. */
    ONNX_RUNTIME(20, 10),
    /** Opset 17 alone, which every runtime of the last years takes. */
    STANDARD(17, 8);

    /** ONNX Runtime's own domain. */
    static final String MICROSOFT = "com.microsoft";

    private static final int SPLIT_COUNTS_OUTPUTS = 18;

    private final int opset;
    private final int irVersion;

    OperatorSet(int opset, int irVersion) {
        this.opset = opset;
        this.irVersion = irVersion;
    }

    /** All of a ModelProto that stands before its graph. */
    ProtoWriter header() {
        ProtoWriter header =
                new ProtoWriter().integer(1, irVersion).text(2, "sam").message(8, imported("", opset));
        return this == STANDARD ? header : header.message(8, imported(MICROSOFT, 1));
    }

    private static ProtoWriter imported(String domain, int version) {
        return new ProtoWriter().text(1, domain).integer(2, version);
    }

    /** The attributes of a Split into equal parts. */
    Map<String, Object> split(int axis, int parts) {
        return opset < SPLIT_COUNTS_OUTPUTS
                ? Map.of("axis", (long) axis)
                : Map.of("axis", (long) axis, "num_outputs", (long) parts);
    }
}
