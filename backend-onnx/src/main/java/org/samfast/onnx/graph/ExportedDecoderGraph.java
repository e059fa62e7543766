package org.samfast.onnx.graph;

import java.util.Map;
import org.samfast.architecture.SamArchitecture;
import org.samfast.checkpoint.Checkpoint;

/**
 * Prompt encoder, mask decoder and masks at the size of the image for one prompt, of standard operators, with the inputs and
 * outputs of the original's export script, so that what loads its files loads ours.
 *
 * <p>In: image_embeddings [1,256,64,64], point_coords [1,n,2] in the encoder's frame, point_labels [1,n] (1 foreground, 0
 * background, 2 and 3 a box's corners, -1 padding, which a prompt without a box needs), mask_input [1,1,256,256] and
 * has_mask_input [1], 0 or 1, orig_im_size [2], height and width; all fp32. Out: masks [1,4,height,width], logits of which
 * those above 0 are the mask, iou_predictions [1,4], low_res_masks [1,4,256,256]; of the four masks the first is for several
 * points or a box, the others for a single point.
 *
 * <p>Source: segment-anything utils/onnx.py, scripts/export_onnx_model.py @dca509f.
 */
public final class ExportedDecoderGraph {
    private static final int CHANNELS = SamArchitecture.EMBEDDING_CHANNELS;
    private static final int GRID = SamArchitecture.GRID;
    private static final int FRAME = SamArchitecture.IMAGE_SIZE;
    private static final int MASKS = SamArchitecture.MASKS;
    private static final int LOW_RES = SamArchitecture.LOW_RES;

    private final Checkpoint checkpoint;
    private final GraphBuilder graph;
    private final PromptEncoderGraph promptEncoder;

    private ExportedDecoderGraph(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
        this.graph = new GraphBuilder(checkpoint, ElementType.FLOAT32, OperatorSet.STANDARD);
        this.promptEncoder = new PromptEncoderGraph(graph);
    }

    /** Builds the graph; the checkpoint has to stay open until its weights have been read. */
    public static OnnxModel build(Checkpoint checkpoint) {
        return new ExportedDecoderGraph(checkpoint).decoder();
    }

    private OnnxModel decoder() {
        String embedding = graph.input("image_embeddings", 1, CHANNELS, GRID, GRID);
        String points = graph.input("point_coords", 1, "num_points", 2);
        String labels = whole(graph.input("point_labels", 1, "num_points"));
        String mask = graph.input("mask_input", 1, 1, LOW_RES, LOW_RES);
        String dense = dense(mask, graph.input("has_mask_input", 1));
        String size = graph.input("orig_im_size", 2);

        String sparse = promptEncoder.sparse(points, labels);
        String zeros = graph.op("Mul", graph.fused().largest(points, 1, 2), graph.scalar(0));
        var masks = new PredictMasksGraph(graph, checkpoint)
                .run(embedding, promptEncoder.imagePosition(), sparse, dense, zeros);
        graph.output("masks", atSizeOfImage(masks.lowResLogits(), size), 1, MASKS, "height", "width");
        graph.output("iou_predictions", masks.iou(), 1, MASKS);
        graph.output("low_res_masks", masks.lowResLogits(), 1, MASKS, LOW_RES, LOW_RES);
        return graph.build("mask_decoder");
    }

    private String dense(String mask, String hasMask) {
        String without = graph.op("Sub", graph.scalar(1), hasMask);
        return graph.add(
                graph.op("Mul", promptEncoder.mask(mask), hasMask), graph.op("Mul", promptEncoder.noMask(), without));
    }

    private String atSizeOfImage(String lowRes, String size) {
        String frame = resized(lowRes, graph.integers(1, MASKS, FRAME, FRAME));
        String scale = graph.op("Div", graph.scalar(FRAME), graph.fused().largest(size, 0));
        String filled = graph.op("Floor", graph.add(graph.op("Mul", size, scale), graph.scalar(0.5f)));
        String image = graph.op("Slice", frame, graph.integers(0, 0), whole(filled), graph.integers(2, 3));
        return resized(image, graph.concat(0, graph.integers(1, MASKS), whole(size)));
    }

    private String resized(String planes, String shape) {
        return graph.op(
                "Resize",
                Map.of("mode", "linear", "coordinate_transformation_mode", "half_pixel"),
                planes,
                "",
                "",
                shape);
    }

    private String whole(String value) {
        return graph.op("Cast", Map.of("to", (long) OnnxProto.INT64), value);
    }
}
