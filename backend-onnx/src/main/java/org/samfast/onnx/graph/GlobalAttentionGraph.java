package org.samfast.onnx.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.samfast.architecture.SamArchitecture;

/**
 * Attention over the whole 64x64 grid. The scores of all queries would be [heads, 4096, 4096], 805 MB for ViT-B, and
 * each of the four passes over them would go to memory; a slice of queries at a time keeps them small and close.
 */
final class GlobalAttentionGraph {
    /** Queries per slice: 256 to 1024 are equally fast on 2 cores with 16 MB of cache each; 64 is half as fast. */
    private static final int SLICE = 512;

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
        String queries = perHead(qkv.queries(), 0, 2, 1, 3);
        String keys = perHead(qkv.keys(), 0, 2, 3, 1);
        String values = perHead(qkv.values(), 0, 2, 1, 3);
        String grid = graph.reshape(qkv.queries(), -1, GRID, GRID, heads, headDim);
        String rows = relative(grid, module + ".rel_pos_h", GRID, 1);
        String columns = relative(grid, module + ".rel_pos_w", 1, GRID);
        String mixed = slices(queries, keys, values, rows, columns);
        return graph.reshape(graph.transpose(mixed, 0, 2, 1, 3), -1, width);
    }

    private String slices(String queries, String keys, String values, String rows, String columns) {
        int count = TOKENS / SLICE;
        List<String> q = graph.split(queries, 2, count);
        List<String> h = graph.split(rows, 2, count);
        List<String> w = graph.split(columns, 2, count);
        List<String> mixed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            mixed.add(slice(q.get(i), keys, values, h.get(i), w.get(i)));
        }
        return graph.concat(2, mixed.toArray(String[]::new));
    }

    private String slice(String queries, String keys, String values, String rows, String columns) {
        float scale = (float) (1 / Math.sqrt(headDim));
        String scores = graph.fused().product(scale, queries, keys);
        String grid = graph.reshape(scores, -1, heads, SLICE, GRID, GRID);
        String placed = graph.add(
                graph.add(grid, graph.reshape(rows, -1, heads, SLICE, GRID, 1)),
                graph.reshape(columns, -1, heads, SLICE, 1, GRID));
        String weights = graph.op("Softmax", Map.of("axis", -1L), graph.reshape(placed, -1, heads, SLICE, TOKENS));
        return graph.op("MatMul", weights, values);
    }

    /** Position terms of every query towards the 64 rows (or columns) of keys: [n, heads, 4096, 64]. */
    private String relative(String queries, String name, long rows, long columns) {
        float[] spread = RelativePosition.spread(graph.floats(name), GRID, headDim, 1);
        String table = graph.constant(name + ".spread", spread, rows, columns, headDim, GRID);
        return perToken(graph.op("MatMul", queries, table), GRID);
    }

    private String perToken(String value, int channels) {
        return graph.transpose(graph.reshape(value, -1, TOKENS, heads, channels), 0, 2, 1, 3);
    }

    private String perHead(String part, long... axes) {
        return graph.transpose(graph.reshape(part, -1, TOKENS, heads, headDim), axes);
    }
}
