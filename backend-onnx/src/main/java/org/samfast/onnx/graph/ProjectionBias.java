package org.samfast.onnx.graph;

/**
 * The bias of an attention's proj, and what the bias of the values comes to behind it: attention weights sum to one, so
 * the attention graphs leave that bias out. They leave out the keys' too, which moves all scores of a query alike.
 */
final class ProjectionBias {
    private ProjectionBias() {}

    static String whole(GraphBuilder graph, String module, int width) {
        float[] weight = graph.floats(module + ".proj.weight");
        float[] qkvBias = graph.floats(module + ".qkv.bias");
        float[] bias = graph.floats(module + ".proj.bias");
        for (int row = 0; row < width; row++) {
            double sum = bias[row];
            for (int column = 0; column < width; column++) {
                sum += (double) weight[row * width + column] * qkvBias[2 * width + column];
            }
            bias[row] = (float) sum;
        }
        return graph.constant(module + ".proj.bias.whole", bias, width);
    }
}
