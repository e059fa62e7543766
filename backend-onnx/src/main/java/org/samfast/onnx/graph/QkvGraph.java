package org.samfast.onnx.graph;

import java.util.List;

/**
 * Queries, keys and values of one attention, each by a product of its own, so that nothing has to cut them apart. Only
 * the queries get their bias here: see {@link ProjectionBias} for what becomes of the others.
 *
 * @param queries rows [m, width]
 * @param keys rows [m, width], less their bias
 * @param values rows [m, width], less their bias
 */
record QkvGraph(String queries, String keys, String values) {
    static QkvGraph of(GraphBuilder graph, BlockLinears linears, String rows, String module, int width) {
        String queryBias = graph.weightRows(module + ".qkv.bias", "q", 0, width);
        List<String> parts = linears.qkv(module + ".qkv", rows, width);
        return new QkvGraph(graph.add(parts.get(0), queryBias), parts.get(1), parts.get(2));
    }
}
