package org.samfast.onnx.graph;

import java.util.Map;
import org.samfast.architecture.SamArchitecture;

/**
 * The prompt encoder: points, box corners and masks to embeddings of 256 channels.
 *
 * <p>Source: segment-anything modeling/prompt_encoder.py @dca509f.
 */
final class PromptEncoderGraph {
    private static final String MODULE = "prompt_encoder";
    private static final int CHANNELS = SamArchitecture.EMBEDDING_CHANNELS;
    private static final int GRID = SamArchitecture.GRID;
    private static final float EPSILON = 1e-6f;

    private final GraphBuilder graph;

    PromptEncoderGraph(GraphBuilder graph) {
        this.graph = graph;
    }

    /**
     * Points [p, t, 2] in pixels of the encoder's frame and labels [p, t] to sparse embeddings [p, t, 256]. Labels: -1
     * padding, 0 background, 1 foreground, 2 and 3 the corners of a box.
     */
    String sparse(String points, String labels) {
        String centre = graph.add(points, graph.scalar(0.5f));
        String position = position(graph.op("Mul", centre, graph.scalar(1f / SamArchitecture.IMAGE_SIZE)));
        String padding = graph.op("Equal", labels, graph.integers(-1));
        String real = graph.op("Unsqueeze", graph.op("Not", padding), graph.integers(2));
        String placed = graph.op("Where", real, position, graph.scalar(0));
        String kinds =
                graph.concat(0, graph.weight(MODULE + ".not_a_point_embed.weight"), kind(0), kind(1), kind(2), kind(3));
        String index = graph.add(labels, graph.integers(1));
        return graph.add(placed, graph.op("Gather", Map.of("axis", 0L), kinds, index));
    }

    /** The dense embedding of no mask: [1, 1, 256], the same for every token. */
    String noMask() {
        return graph.weight(MODULE + ".no_mask_embed.weight", 1, 1, CHANNELS);
    }

    /** Mask logits [p, 1, 256, 256] to dense embeddings [p, 4096, 256]. */
    String mask(String logits) {
        String half = normed(downscale(logits, 0), 1);
        String quarter = normed(downscale(half, 3), 4);
        String module = MODULE + ".mask_downscaling.6";
        String embedded = graph.op("Conv", quarter, graph.weight(module + ".weight"), graph.weight(module + ".bias"));
        return graph.transpose(graph.reshape(embedded, 0, CHANNELS, (long) GRID * GRID), 0, 2, 1);
    }

    /** The position embedding of every token of the image, [1, 4096, 256]; constant, folded when the session is made. */
    String imagePosition() {
        float[] centres = new float[GRID * GRID * 2];
        for (int i = 0; i < GRID * GRID; i++) {
            int row = i / GRID;
            int column = i % GRID;
            centres[2 * i] = (column + 0.5f) / GRID;
            centres[2 * i + 1] = (row + 0.5f) / GRID;
        }
        return position(graph.constant("token_centres", centres, 1, (long) GRID * GRID, 2));
    }

    /** Random Fourier features of coordinates in [0, 1]: [.., 2] to [.., 256], sines before cosines. */
    private String position(String unit) {
        String centred = graph.op("Sub", graph.op("Mul", unit, graph.scalar(2)), graph.scalar(1));
        String matrix = graph.weight(MODULE + ".pe_layer.positional_encoding_gaussian_matrix");
        String angle = graph.op("Mul", graph.op("MatMul", centred, matrix), graph.scalar((float) (2 * Math.PI)));
        return graph.concat(-1, graph.op("Sin", angle), graph.op("Cos", angle));
    }

    private String kind(int label) {
        return graph.weight(MODULE + ".point_embeddings." + label + ".weight");
    }

    private String downscale(String value, int layer) {
        String module = MODULE + ".mask_downscaling." + layer;
        return graph.op(
                "Conv",
                Map.of("strides", new long[] {2, 2}),
                value,
                graph.weight(module + ".weight"),
                graph.weight(module + ".bias"));
    }

    /** LayerNorm over channels, then GELU; planes in, planes out. */
    private String normed(String planes, int layer) {
        String last = graph.transpose(planes, 0, 2, 3, 1);
        String normed = graph.layerNorm(last, MODULE + ".mask_downscaling." + layer, EPSILON);
        return graph.transpose(graph.fused().gelu(normed), 0, 3, 1, 2);
    }
}
