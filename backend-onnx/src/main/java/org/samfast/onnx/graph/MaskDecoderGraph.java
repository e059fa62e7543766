package org.samfast.onnx.graph;

import java.util.Map;
import org.samfast.architecture.SamArchitecture;
import org.samfast.checkpoint.Checkpoint;

/**
 * Prompt encoder and mask decoder of any number of prompts on one image: image_embedding [1,256,64,64], point_coords
 * [p,t,2] in pixels of the encoder's frame, point_labels [p,t] (see {@link PromptEncoderGraph}) and, in the variant
 * for it, mask_input [p,1,256,256], to low_res_logits [p,4,256,256] and iou [p,4].
 *
 * <p>Source: segment-anything modeling/mask_decoder.py @dca509f.
 */
public final class MaskDecoderGraph {
    private static final int CHANNELS = SamArchitecture.EMBEDDING_CHANNELS;
    private static final int GRID = SamArchitecture.GRID;
    private static final int TOKENS = GRID * GRID;
    private static final int MASKS = SamArchitecture.MASKS;
    private static final int LOW_RES = SamArchitecture.LOW_RES;

    private final Checkpoint checkpoint;
    private final GraphBuilder graph;
    private final PromptEncoderGraph promptEncoder;
    private final boolean withMask;
    private final boolean everyStage;
    private final ElementType embeddingType;

    private MaskDecoderGraph(Checkpoint checkpoint, ElementType embeddingType, boolean withMask, boolean everyStage) {
        this.checkpoint = checkpoint;
        this.graph = new GraphBuilder(checkpoint, ElementType.FLOAT32);
        this.promptEncoder = new PromptEncoderGraph(graph);
        this.withMask = withMask;
        this.everyStage = everyStage;
        this.embeddingType = embeddingType;
    }

    /**
     * Builds the graph; {@code everyStage} also makes image_pe, sparse_prompt and dense_prompt outputs.
     *
     * @param embeddingType of image_embedding; the decoder itself computes in fp32
     */
    public static OnnxModel build(
            Checkpoint checkpoint, ElementType embeddingType, boolean withMask, boolean everyStage) {
        return new MaskDecoderGraph(checkpoint, embeddingType, withMask, everyStage).decoder();
    }

    private OnnxModel decoder() {
        String given = graph.input("image_embedding", embeddingType, 1, CHANNELS, GRID, GRID);
        String embedding = graph.cast(given, embeddingType, ElementType.FLOAT32);
        String points = graph.input("point_coords", "p", "t", 2);
        String sparse = promptEncoder.sparse(points, graph.integerInput("point_labels", "p", "t"));
        String mask = withMask ? graph.input("mask_input", "p", 1, LOW_RES, LOW_RES) : "";
        String dense = withMask ? promptEncoder.mask(mask) : promptEncoder.noMask();
        String imagePosition = promptEncoder.imagePosition();
        stages(sparse, dense, imagePosition);

        String zeros = withMask ? zeroPerMask(mask) : zeroPerPrompt(points);
        var masks = new PredictMasksGraph(graph, checkpoint).run(embedding, imagePosition, sparse, dense, zeros);
        graph.output("low_res_logits", masks.lowResLogits(), "p", MASKS, LOW_RES, LOW_RES);
        graph.output("iou", masks.iou(), "p", MASKS);
        return graph.build("mask_decoder");
    }

    private void stages(String sparse, String dense, String imagePosition) {
        if (everyStage) {
            String perImage = graph.op("Unsqueeze", sparse, graph.integers(0));
            graph.output("sparse_prompt", perImage, 1, "p", "t", CHANNELS);
            String whole = graph.op("Expand", dense, graph.integers(1, TOKENS, CHANNELS));
            graph.output("dense_prompt", planes(whole), "d", CHANNELS, GRID, GRID);
            graph.output("image_pe", planes(imagePosition), 1, CHANNELS, GRID, GRID);
        }
    }

    private String planes(String rows) {
        return graph.reshape(graph.transpose(rows, 0, 2, 1), -1, CHANNELS, GRID, GRID);
    }

    /** [p, 1, 1] zeros: adding them repeats a value for every prompt, on the device, where a shape would be the CPU's. */
    private String zeroPerPrompt(String points) {
        String one = graph.fused().largest(points, 1, 2);
        return graph.op("Mul", one, graph.scalar(0));
    }

    /** The same from the mask, which may come without a point: the largest of no coordinates is no number. */
    private String zeroPerMask(String mask) {
        String row = graph.op("Gather", Map.of("axis", 2L), mask, graph.integers(0));
        String pixel = graph.op("Gather", Map.of("axis", 3L), row, graph.integers(0));
        return graph.op("Mul", graph.reshape(pixel, -1, 1, 1), graph.scalar(0));
    }
}
