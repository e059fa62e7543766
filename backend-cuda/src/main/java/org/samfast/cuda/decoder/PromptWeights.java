package org.samfast.cuda.decoder;

import java.nio.FloatBuffer;
import java.util.List;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.weights.DeviceWeights;

/**
 * The prompt encoder's weights, all fp32.
 *
 * @param gaussian [2][128]
 * @param pointEmbeddings [5][256]: not a point, background, foreground, the two corners
 * @param outputTokens [5][256]: IoU, four masks
 * @param noMask [256]
 * @param maskDownscaling its three convolutions and two norms one after the other, weights before biases
 * @param imagePosition [4096][256]
 */
record PromptWeights(
        DeviceBuffer gaussian,
        DeviceBuffer pointEmbeddings,
        DeviceBuffer outputTokens,
        DeviceBuffer noMask,
        DeviceBuffer maskDownscaling,
        DeviceBuffer imagePosition) {
    private static final String MODULE = "prompt_encoder";
    /** Of the position embedding, [2][128]. */
    static final String GAUSSIAN = MODULE + ".pe_layer.positional_encoding_gaussian_matrix";

    private static final List<String> POINT_EMBEDDINGS = List.of(
            MODULE + ".not_a_point_embed.weight",
            MODULE + ".point_embeddings.0.weight",
            MODULE + ".point_embeddings.1.weight",
            MODULE + ".point_embeddings.2.weight",
            MODULE + ".point_embeddings.3.weight");
    private static final List<String> OUTPUT_TOKENS =
            List.of("mask_decoder.iou_token.weight", "mask_decoder.mask_tokens.weight");
    private static final List<Integer> DOWNSCALING_LAYERS = List.of(0, 1, 3, 4, 6);

    static PromptWeights of(DeviceWeights weights) {
        List<String> downscaling = DOWNSCALING_LAYERS.stream()
                .map(layer -> MODULE + ".mask_downscaling." + layer)
                .flatMap(layer -> List.of(layer + ".weight", layer + ".bias").stream())
                .toList();
        return new PromptWeights(
                weights.vector(GAUSSIAN),
                weights.vector("point embeddings", joined(weights, POINT_EMBEDDINGS)),
                weights.vector("output tokens", joined(weights, OUTPUT_TOKENS)),
                weights.vector(MODULE + ".no_mask_embed.weight"),
                weights.vector("mask downscaling", joined(weights, downscaling)),
                weights.vector("image position", ImagePosition.of(weights.floats(GAUSSIAN))));
    }

    private static float[] joined(DeviceWeights weights, List<String> tensors) {
        List<float[]> parts = tensors.stream().map(weights::floats).toList();
        FloatBuffer all = FloatBuffer.allocate(
                parts.stream().mapToInt(part -> part.length).sum());
        parts.forEach(all::put);
        return all.array();
    }
}
