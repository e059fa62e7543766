package org.samfast.onnx.graph;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.samfast.architecture.SamArchitecture;

/**
 * Attention within 14x14 windows. The last windows of a row or column reach past the 64x64 grid; their padding tokens
 * are zeros before qkv, and count as keys like any other.
 *
 * <p>One Gather each cuts queries, keys and values into padded windows, where the original multiplies the padding too.
 * The relative position rides inside the product of queries and keys: each query is extended by its 28 position terms,
 * each key by the one-hot rows and columns that pick two of them. So ONNX Runtime's blocked MultiHeadAttention takes
 * it without a bias tensor of [windows, heads, 196, 196].
 */
final class WindowAttentionGraph {
    private static final int TOKENS = ImageEncoderGraph.TOKENS;

    private final GraphBuilder graph;
    private final BlockLinears linears;
    private final int width;
    private final int heads;
    private final int headDim;
    private final int side;
    private final int windowTokens;
    private final WindowOrder order;

    /** The one-hot part of every key, the same in each layer. */
    private @Nullable String positionsOfAllWindows;

    WindowAttentionGraph(GraphBuilder graph, BlockLinears linears, SamArchitecture architecture) {
        this.graph = graph;
        this.linears = linears;
        this.width = architecture.width();
        this.heads = architecture.heads();
        this.headDim = architecture.headDim();
        this.side = architecture.windowSize();
        this.windowTokens = side * side;
        this.order = new WindowOrder(side);
    }

    /** Rows of tokens [n * 4096, width] to rows of mixed values [n * 4096, width], less the values' bias. */
    String attend(String tokens, String module) {
        QkvGraph qkv = QkvGraph.of(graph, linears, padded(tokens), module, width);
        String queries = graph.reshape(windows(qkv.queries()), -1, side, side, heads, headDim);
        String keys = graph.reshape(windows(qkv.keys()), -1, windowTokens, heads, headDim);
        String values = graph.reshape(windows(qkv.values()), -1, windowTokens, width);
        float scale = (float) (1 / Math.sqrt(headDim));
        String mixed = graph.fused().attention(heads, scale, extendQueries(queries, module), extendKeys(keys), values);
        return unpartition(mixed);
    }

    /** One zero token behind each image's, for the padding: [n * 4097, width]. */
    private String padded(String tokens) {
        String images = graph.reshape(tokens, -1, TOKENS, width);
        String count = graph.op("Shape", Map.of("start", 0L, "end", 1L), images);
        String zeros = graph.op("Expand", graph.scalar(0), graph.concat(0, count, graph.integers(1, width)));
        return graph.reshape(graph.concat(1, images, zeros), -1, width);
    }

    /** [n * 4097, width] to [n, windows * 196, width]. */
    private String windows(String rows) {
        String images = graph.reshape(rows, -1, TOKENS + 1, width);
        return graph.op("Gather", Map.of("axis", 1L), images, graph.integers(order.ofWindows()));
    }

    private String unpartition(String mixed) {
        String images = graph.reshape(mixed, -1, order.tokens(), width);
        String gathered = graph.op("Gather", Map.of("axis", 1L), images, graph.integers(order.ofGrid()));
        return graph.reshape(gathered, -1, width);
    }

    /** [w, 14, 14, heads, headDim] to [w, 196, heads * (headDim + 28)]. */
    private String extendQueries(String queries, String module) {
        String rows = graph.op("MatMul", queries, relative(module + ".rel_pos_h", side, 1));
        String columns = graph.op("MatMul", queries, relative(module + ".rel_pos_w", 1, side));
        return graph.reshape(graph.concat(4, queries, rows, columns), -1, windowTokens, heads * extended());
    }

    /** The attention scales all scores, so the position terms are divided by that scale beforehand. */
    private String relative(String name, long rows, long columns) {
        float[] table = graph.floats(name);
        float[] spread = RelativePosition.spread(table, side, headDim, (float) Math.sqrt(headDim));
        return graph.constant(name + ".spread", spread, rows, columns, headDim, side);
    }

    /** [w, 196, heads, headDim] to [w, 196, heads * (headDim + 28)]. */
    private String extendKeys(String keys) {
        if (positionsOfAllWindows == null) {
            String count = graph.op("Shape", Map.of("start", 0L, "end", 1L), keys);
            String shape = graph.concat(0, count, graph.integers(windowTokens, heads, 2L * side));
            String one = graph.constant("window_key_position", keyPositions(), 1, windowTokens, 1, 2L * side);
            positionsOfAllWindows = graph.op("Expand", one, shape);
        }
        return graph.reshape(graph.concat(3, keys, positionsOfAllWindows), -1, windowTokens, heads * extended());
    }

    private long extended() {
        return headDim + 2L * side;
    }

    /** One-hot row and column of every token of a window: [196][14 + 14]. */
    private float[] keyPositions() {
        float[] positions = new float[windowTokens * 2 * side];
        for (int token = 0; token < windowTokens; token++) {
            positions[token * 2 * side + token / side] = 1;
            positions[token * 2 * side + side + token % side] = 1;
        }
        return positions;
    }
}
