package org.samfast.onnx.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.samfast.checkpoint.Checkpoint;

/**
 * The Linears of the encoder's blocks on rows of tokens [m, in], without their biases: a Gemm each, or in int8 those that a
 * packed file stores so.
 */
final class BlockLinears {
    private static final String WEIGHT = ".weight";

    private final GraphBuilder graph;
    private final Map<String, Int8Linear> int8;

    private BlockLinears(GraphBuilder graph, Map<String, Int8Linear> int8) {
        this.graph = graph;
        this.int8 = int8;
    }

    /** All in the graph's type. */
    static BlockLinears dense(GraphBuilder graph) {
        return new BlockLinears(graph, Map.of());
    }

    /** Those in int8 that the checkpoint stores so. */
    static BlockLinears asStored(GraphBuilder graph, Checkpoint checkpoint) {
        Map<String, Int8Linear> int8 = new HashMap<>();
        checkpoint.packed().forEach((weight, packed) -> {
            if (packed.isInt8()) {
                int8.put(weight, new Int8Linear(graph, weight, packed));
            }
        });
        return new BlockLinears(graph, int8);
    }

    /** Whether that Linear is computed in int8. */
    boolean isInt8(String module) {
        return int8.containsKey(module + WEIGHT);
    }

    /** A Linear's outputs [m, out]. */
    String apply(String module, String rows) {
        Int8Linear linear = int8.get(module + WEIGHT);
        return linear == null
                ? graph.unbiased(rows, graph.weight(module + WEIGHT))
                : linear.apply(rows, "").getFirst();
    }

    /** Queries, keys and values, each [m, width]. */
    List<String> qkv(String module, String rows, int width) {
        Int8Linear linear = int8.get(module + WEIGHT);
        if (linear != null) {
            return linear.apply(rows, ".q", ".k", ".v");
        }
        String weight = module + WEIGHT;
        return List.of(
                graph.unbiased(rows, graph.weightRows(weight, "q", 0, width)),
                graph.unbiased(rows, graph.weightRows(weight, "k", width, width)),
                graph.unbiased(rows, graph.weightRows(weight, "v", 2L * width, width)));
    }
}
