package org.samfast.onnx.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.samfast.architecture.SamArchitecture;

/**
 * Attention over the whole 64x64 grid. The scores of all queries would be [heads, 4096, 4096], 805 MB for ViT-B, and
 * each of the five passes over them would go to memory; a slice of one head's queries at a time stays in the cache.
 */
final class GlobalAttentionGraph {
    /** Queries per slice: 4 MB of scores. On one core 512 take 1.05 times as long, 512 of all 12 heads at once 1.5 times. */
    private static final int SLICE = 256;

    private static final int GRID = ImageEncoderGraph.GRID;
    private static final int TOKENS = ImageEncoderGraph.TOKENS;

    private final GraphBuilder graph;
    private final BlockLinears linears;
    private final int width;
    private final int heads;
    private final int headDim;

    GlobalAttentionGraph(GraphBuilder graph, BlockLinears linears, SamArchitecture architecture) {
        this.graph = graph;
        this.linears = linears;
        this.width = architecture.width();
        this.heads = architecture.heads();
        this.headDim = architecture.headDim();
    }

    /** Rows of tokens [n * 4096, width] to rows of mixed values [n * 4096, width], less the values' bias. */
    String attend(String rowsOfTokens, String module) {
        QkvGraph qkv = QkvGraph.of(graph, linears, rowsOfTokens, module, width);
        String queries = graph.reshape(perHead(qkv.queries(), 0, 2, 1, 3), -1, TOKENS, headDim);
        String keys = graph.reshape(perHead(qkv.keys(), 0, 2, 3, 1), -1, headDim, TOKENS);
        String values = graph.reshape(perHead(qkv.values(), 0, 2, 1, 3), -1, TOKENS, headDim);
        String mixed = graph.fused()
                .oneByOne(List.of(queries, keys, values), one -> mix(one.get(0), one.get(1), one.get(2), module));
        String images = graph.reshape(mixed, -1, heads, TOKENS, headDim);
        return graph.reshape(graph.transpose(images, 0, 2, 1, 3), -1, width);
    }

    /** Mixes the values of one head, or of several with an axis before: [..., 4096, headDim], keys [..., headDim, 4096]. */
    private String mix(String queries, String keys, String values, String module) {
        String grid = graph.reshape(queries, -1, GRID, GRID, headDim);
        String rows = graph.op("MatMul", grid, relative(module + ".rel_pos_h"));
        String columns = turned(graph.op("MatMul", turned(grid), relative(module + ".rel_pos_w")));
        int count = TOKENS / SLICE;
        List<String> q = graph.split(graph.reshape(queries, -1, TOKENS, headDim), 1, count);
        List<String> h = graph.split(graph.reshape(rows, -1, TOKENS, GRID, 1), 1, count);
        List<String> w = graph.split(graph.reshape(columns, -1, TOKENS, 1, GRID), 1, count);
        List<String> mixed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String weights = weights(graph.fused().product(scale(), q.get(i), keys), h.get(i), w.get(i));
            mixed.add(graph.op("MatMul", weights, values));
        }
        return graph.concat(1, mixed.toArray(String[]::new));
    }

    private String weights(String scores, String rows, String columns) {
        String grid = graph.reshape(scores, -1, SLICE, GRID, GRID);
        String placed = graph.add(graph.add(grid, rows), columns);
        return graph.op("Softmax", Map.of("axis", -1L), graph.reshape(placed, -1, SLICE, TOKENS));
    }

    private float scale() {
        return (float) (1 / Math.sqrt(headDim));
    }

    /** Takes queries of every row (or column) of the grid to their position terms towards its 64 rows (or columns). */
    private String relative(String name) {
        float[] spread = RelativePosition.spread(graph.floats(name), GRID, headDim, 1);
        return graph.constant(name + ".spread", spread, GRID, headDim, GRID);
    }

    /** Swaps y and x of [..., y, x, channels]. */
    private String turned(String grid) {
        return graph.transpose(grid, 0, 2, 1, 3);
    }

    private String perHead(String part, long... axes) {
        return graph.transpose(graph.reshape(part, -1, TOKENS, heads, headDim), axes);
    }
}
