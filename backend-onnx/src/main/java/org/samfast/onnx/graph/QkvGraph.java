package org.samfast.onnx.graph;

/**
 * Queries, keys and values of one attention, each by a Gemm of its own, so that nothing has to cut them apart. Only
 * the queries get their bias here: see {@link ProjectionBias} for what becomes of the others.
 *
 * @param queries rows [m, width]
 * @param keys rows [m, width], less their bias
 * @param values rows [m, width], less their bias
 */
record QkvGraph(String queries, String keys, String values) {
    static QkvGraph of(GraphBuilder graph, String rows, String module, int width) {
        String weight = module + ".qkv.weight";
        String queryBias = graph.weightRows(module + ".qkv.bias", "q", 0, width);
        String queryWeight = graph.weightRows(weight, "q", 0, width);
        return new QkvGraph(
                graph.add(graph.unbiased(rows, queryWeight), queryBias),
                graph.unbiased(rows, graph.weightRows(weight, "k", width, width)),
                graph.unbiased(rows, graph.weightRows(weight, "v", 2L * width, width)));
    }
}
