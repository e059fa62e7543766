package org.samfast.onnx.graph;

import java.util.Map;
import org.samfast.architecture.SamArchitecture;
import org.samfast.checkpoint.Checkpoint;

/**
 * The mask decoder behind the prompt encoder: embeddings of an image and of its prompts to masks and ratings.
 *
 * <p>Source: segment-anything modeling/mask_decoder.py predict_masks @dca509f.
 */
final class PredictMasksGraph {
    static final float EPSILON = 1e-6f;

    private static final String MODULE = "mask_decoder";
    private static final int CHANNELS = SamArchitecture.EMBEDDING_CHANNELS;
    private static final int TOKENS = SamArchitecture.GRID * SamArchitecture.GRID;
    private static final int MASKS = SamArchitecture.MASKS;
    private static final int LOW_RES = SamArchitecture.LOW_RES;

    private final GraphBuilder graph;
    private final Checkpoint checkpoint;

    PredictMasksGraph(GraphBuilder graph, Checkpoint checkpoint) {
        this.graph = graph;
        this.checkpoint = checkpoint;
    }

    /** Mask logits [p, 4, 256, 256] and their ratings [p, 4]. */
    record Masks(String lowResLogits, String iou) {}

    /**
     * The masks of p prompts.
     *
     * @param embedding [1, 256, 64, 64]
     * @param imagePosition [1, 4096, 256]
     * @param sparse [p, t, 256]
     * @param dense [p or 1, 4096 or 1, 256]
     * @param zeros [p, 1, 1], one for each prompt
     */
    Masks run(String embedding, String imagePosition, String sparse, String dense, String zeros) {
        String tokens = graph.concat(1, outputTokens(zeros), sparse);
        String image = graph.add(rows(embedding), dense);
        var both = new TwoWayTransformerGraph(graph, tokens, imagePosition, zeros).run(image);
        return new Masks(masks(both), perceptron(token(both.tokens(), 0), MODULE + ".iou_prediction_head"));
    }

    private String rows(String planes) {
        return graph.transpose(graph.reshape(planes, -1, CHANNELS, TOKENS), 0, 2, 1);
    }

    /** The IoU token and the four mask tokens, once per prompt: [p, 5, 256]. */
    private String outputTokens(String zeros) {
        return graph.add(
                graph.concat(
                        0, graph.weight(MODULE + ".iou_token.weight"), graph.weight(MODULE + ".mask_tokens.weight")),
                zeros);
    }

    /** [p, 256], one token of every prompt. */
    private String token(String tokens, int index) {
        String one = graph.op("Gather", Map.of("axis", 1L), tokens, graph.integers(index));
        return graph.reshape(one, -1, CHANNELS);
    }

    /** Each mask token's hypernetwork picks from the upscaled image: [p, 4, 256, 256]. */
    private String masks(TwoWayTransformerGraph.State both) {
        String[] hyper = new String[MASKS];
        for (int i = 0; i < MASKS; i++) {
            String made = perceptron(token(both.tokens(), 1 + i), MODULE + ".output_hypernetworks_mlps." + i);
            hyper[i] = graph.op("Unsqueeze", made, graph.integers(2));
        }
        Upscaling upscaling = new Upscaling(graph, checkpoint);
        String pixels = graph.reshape(upscaling.run(both.image()), -1, (long) LOW_RES * LOW_RES, Upscaling.CHANNELS);
        return upscaling.planes(graph.op("MatMul", pixels, graph.concat(2, hyper)));
    }

    /** Three Linears with ReLU between. */
    private String perceptron(String rows, String module) {
        String first = graph.op("Relu", graph.linear(rows, module + ".layers.0"));
        String second = graph.op("Relu", graph.linear(first, module + ".layers.1"));
        return graph.linear(second, module + ".layers.2");
    }
}
