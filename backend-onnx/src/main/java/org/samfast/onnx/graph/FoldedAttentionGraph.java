package org.samfast.onnx.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Attention within squares of side x side tokens, for a GPU: the 14x14 windows or the whole 64x64 grid. The relative
 * position rides inside the product of queries and keys, [q | rows | columns] against [k | one-hot row | one-hot
 * column], so that the scores, 4096x4096 for each head, exist only inside the fused kernel.
 */
final class FoldedAttentionGraph {
    /** What fused attention kernels ask of a head's channels. */
    private static final int CHANNEL_MULTIPLE = 8;

    private static final int QUERIES = 512;

    private final GraphBuilder graph;
    private final int squares;
    private final int side;
    private final int heads;
    private final int headDim;
    private final boolean exact;
    /** Channels for the position along one axis: the side, and zeros up to the multiple. */
    private final int positions;

    private @Nullable String keyPositions;

    /**
     * @param squares how many there are in the batch
     * @param exact without the fused kernel, which is for 16 bits
     */
    FoldedAttentionGraph(GraphBuilder graph, int squares, int side, int heads, int headDim, boolean exact) {
        this.graph = graph;
        this.squares = squares;
        this.side = side;
        this.heads = heads;
        this.headDim = headDim;
        this.exact = exact;
        this.positions = (side + CHANNEL_MULTIPLE - 1) / CHANNEL_MULTIPLE * CHANNEL_MULTIPLE;
    }

    /** Rows of tokens [squares * side * side, width] to rows of mixed values, less the values' bias. */
    String attend(String rows, String module) {
        QkvGraph qkv = QkvGraph.of(graph, BlockLinears.dense(graph), rows, module, heads * headDim);
        String queries = extendQueries(qkv.queries(), module);
        String keys = extendKeys(qkv.keys());
        String mixed = exact ? spelledOut(queries, keys, qkv.values()) : fused(queries, keys, qkv.values());
        return graph.reshape(mixed, -1, (long) heads * headDim);
    }

    private String fused(String queries, String keys, String values) {
        return graph.microsoft(
                "MultiHeadAttention",
                Map.of("num_heads", (long) heads, "scale", scale()),
                queries,
                keys,
                graph.reshape(values, squares, tokens(), (long) heads * headDim));
    }

    /** The formula in standard operators, some queries at a time so that their scores take 1 GB at most (ViT-H, 8 images). */
    private String spelledOut(String queries, String keys, String values) {
        int channels = headDim + 2 * positions;
        String scaled = graph.op("Mul", queries, graph.scalar(scale()));
        String eachHead = graph.transpose(perHead(scaled, channels), 0, 2, 1, 3);
        String across = graph.transpose(perHead(keys, channels), 0, 2, 3, 1);
        String byHead = graph.transpose(perHead(values, headDim), 0, 2, 1, 3);
        int slices = (int) Math.max(1, tokens() / QUERIES);
        List<String> mixed = new ArrayList<>();
        for (String some : slices == 1 ? List.of(eachHead) : graph.split(eachHead, 2, slices)) {
            String weights = graph.op("Softmax", Map.of("axis", -1L), graph.op("MatMul", some, across));
            mixed.add(graph.op("MatMul", weights, byHead));
        }
        String whole = slices == 1 ? mixed.getFirst() : graph.concat(2, mixed.toArray(String[]::new));
        return graph.transpose(whole, 0, 2, 1, 3);
    }

    private float scale() {
        return (float) (1 / Math.sqrt(headDim));
    }

    private long tokens() {
        return (long) side * side;
    }

    private long extended() {
        return heads * (headDim + 2L * positions);
    }

    private String extendQueries(String queries, String module) {
        String alongColumn = graph.reshape(queries, squares, side, (long) side * heads, headDim);
        String rows = graph.op("MatMul", alongColumn, table(module + ".rel_pos_h"));
        String whole = graph.concat(
                3, perHead(queries, headDim), perHead(rows, positions), perHead(columns(queries, module), positions));
        return graph.reshape(whole, squares, tokens(), extended());
    }

    /** Position terms along x: the tokens of a column together take part in one product. */
    private String columns(String queries, String module) {
        String turned = turned(queries, headDim);
        String products = graph.op(
                "MatMul",
                graph.reshape(turned, squares, side, (long) side * heads, headDim),
                table(module + ".rel_pos_w"));
        return turned(products, positions);
    }

    /** Swaps y and x of [squares, side, side, heads, channels]. */
    private String turned(String value, int channels) {
        return graph.transpose(graph.reshape(value, squares, side, side, heads, channels), 0, 2, 1, 3, 4);
    }

    private String perHead(String value, int channels) {
        return graph.reshape(value, squares, tokens(), heads, channels);
    }

    private String extendKeys(String keys) {
        if (keyPositions == null) {
            String one = graph.constant("key_position_" + side, oneHot(), 1, tokens(), 1, 2L * positions);
            keyPositions = graph.op("Expand", one, graph.integers(squares, tokens(), heads, 2L * positions));
        }
        String whole = graph.concat(3, perHead(keys, headDim), keyPositions);
        return graph.reshape(whole, squares, tokens(), extended());
    }

    /** [side][headDim][positions]; the attention scales all scores, so these are divided by that scale beforehand. */
    private String table(String name) {
        float[] spread = RelativePosition.spread(graph.floats(name), side, headDim, (float) Math.sqrt(headDim));
        float[] padded = new float[side * headDim * positions];
        for (int row = 0; row < side * headDim; row++) {
            System.arraycopy(spread, row * side, padded, row * positions, side);
        }
        return graph.constant(name + ".folded", padded, side, headDim, positions);
    }

    /** One-hot row and column of every token: [side * side][2 * positions]. */
    private float[] oneHot() {
        float[] hot = new float[side * side * 2 * positions];
        for (int token = 0; token < side * side; token++) {
            hot[token * 2 * positions + token / side] = 1;
            hot[token * 2 * positions + positions + token % side] = 1;
        }
        return hot;
    }
}
