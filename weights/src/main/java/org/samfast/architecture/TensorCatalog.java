package org.samfast.architecture;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Every tensor of a SAM checkpoint under its official name, with its shape, in the order of the data flow: the
 * parameters that segment-anything's image_encoder.py, prompt_encoder.py, mask_decoder.py and transformer.py declare.
 */
public final class TensorCatalog {
    private static final int CHANNELS = SamArchitecture.EMBEDDING_CHANNELS;
    /** Hidden channels of the MLPs in the mask decoder's transformer. */
    private static final int DECODER_MLP = 2048;

    private static final int DECODER_LAYERS = 2;

    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    /**
     * Names and shapes.
     *
     * @param architecture of the checkpoint
     * @return official name to shape, in catalog order
     */
    public static Map<String, long[]> of(SamArchitecture architecture) {
        TensorCatalog catalog = new TensorCatalog();
        catalog.imageEncoder(architecture);
        catalog.promptEncoder();
        catalog.maskDecoder();
        return catalog.shapes;
    }

    private TensorCatalog() {}

    private void imageEncoder(SamArchitecture a) {
        shape("image_encoder.pos_embed", 1, SamArchitecture.GRID, SamArchitecture.GRID, a.width());
        weightAndBias(
                "image_encoder.patch_embed.proj", a.width(), 3, SamArchitecture.PATCH_SIZE, SamArchitecture.PATCH_SIZE);
        for (int layer = 0; layer < a.depth(); layer++) {
            encoderBlock("image_encoder.blocks." + layer, a, relativePositions(a, layer));
        }
        shape("image_encoder.neck.0.weight", CHANNELS, a.width(), 1, 1);
        norm("image_encoder.neck.1", CHANNELS);
        shape("image_encoder.neck.2.weight", CHANNELS, CHANNELS, 3, 3);
        norm("image_encoder.neck.3", CHANNELS);
    }

    /**
     * {@return rows of a block's rel_pos_h and rel_pos_w: every difference of two positions along one side}
     *
     * @param architecture of the checkpoint
     * @param layer index of a block, from 0
     */
    public static long relativePositions(SamArchitecture architecture, int layer) {
        return 2L * (architecture.isGlobal(layer) ? SamArchitecture.GRID : architecture.windowSize()) - 1;
    }

    private void encoderBlock(String block, SamArchitecture a, long relativePositions) {
        norm(block + ".norm1", a.width());
        shape(block + ".attn.rel_pos_h", relativePositions, a.headDim());
        shape(block + ".attn.rel_pos_w", relativePositions, a.headDim());
        weightAndBias(block + ".attn.qkv", 3L * a.width(), a.width());
        weightAndBias(block + ".attn.proj", a.width(), a.width());
        norm(block + ".norm2", a.width());
        weightAndBias(block + ".mlp.lin1", a.mlpWidth(), a.width());
        weightAndBias(block + ".mlp.lin2", a.width(), a.mlpWidth());
    }

    private void promptEncoder() {
        shape("prompt_encoder.pe_layer.positional_encoding_gaussian_matrix", 2, CHANNELS / 2);
        for (int kind = 0; kind < 4; kind++) {
            shape("prompt_encoder.point_embeddings." + kind + ".weight", 1, CHANNELS);
        }
        shape("prompt_encoder.not_a_point_embed.weight", 1, CHANNELS);
        weightAndBias("prompt_encoder.mask_downscaling.0", 4, 1, 2, 2);
        norm("prompt_encoder.mask_downscaling.1", 4);
        weightAndBias("prompt_encoder.mask_downscaling.3", 16, 4, 2, 2);
        norm("prompt_encoder.mask_downscaling.4", 16);
        weightAndBias("prompt_encoder.mask_downscaling.6", CHANNELS, 16, 1, 1);
        shape("prompt_encoder.no_mask_embed.weight", 1, CHANNELS);
    }

    private void maskDecoder() {
        for (int layer = 0; layer < DECODER_LAYERS; layer++) {
            decoderLayer("mask_decoder.transformer.layers." + layer);
        }
        attention("mask_decoder.transformer.final_attn_token_to_image", CHANNELS / 2);
        norm("mask_decoder.transformer.norm_final_attn", CHANNELS);
        shape("mask_decoder.iou_token.weight", 1, CHANNELS);
        shape("mask_decoder.mask_tokens.weight", SamArchitecture.MASKS, CHANNELS);
        transposedConvolution("mask_decoder.output_upscaling.0", CHANNELS, CHANNELS / 4);
        norm("mask_decoder.output_upscaling.1", CHANNELS / 4);
        transposedConvolution("mask_decoder.output_upscaling.3", CHANNELS / 4, CHANNELS / 8);
        for (int mask = 0; mask < SamArchitecture.MASKS; mask++) {
            threeLayers("mask_decoder.output_hypernetworks_mlps." + mask, CHANNELS / 8);
        }
        threeLayers("mask_decoder.iou_prediction_head", SamArchitecture.MASKS);
    }

    private void decoderLayer(String layer) {
        attention(layer + ".self_attn", CHANNELS);
        norm(layer + ".norm1", CHANNELS);
        attention(layer + ".cross_attn_token_to_image", CHANNELS / 2);
        norm(layer + ".norm2", CHANNELS);
        weightAndBias(layer + ".mlp.lin1", DECODER_MLP, CHANNELS);
        weightAndBias(layer + ".mlp.lin2", CHANNELS, DECODER_MLP);
        norm(layer + ".norm3", CHANNELS);
        attention(layer + ".cross_attn_image_to_token", CHANNELS / 2);
        norm(layer + ".norm4", CHANNELS);
    }

    private void attention(String name, int innerChannels) {
        weightAndBias(name + ".q_proj", innerChannels, CHANNELS);
        weightAndBias(name + ".k_proj", innerChannels, CHANNELS);
        weightAndBias(name + ".v_proj", innerChannels, CHANNELS);
        weightAndBias(name + ".out_proj", CHANNELS, innerChannels);
    }

    private void threeLayers(String mlp, int outputs) {
        weightAndBias(mlp + ".layers.0", CHANNELS, CHANNELS);
        weightAndBias(mlp + ".layers.1", CHANNELS, CHANNELS);
        weightAndBias(mlp + ".layers.2", outputs, CHANNELS);
    }

    /** The weight of a transposed convolution has its input channels first; the bias has the output channels. */
    private void transposedConvolution(String name, int from, int to) {
        shape(name + ".weight", from, to, 2, 2);
        shape(name + ".bias", to);
    }

    private void norm(String name, int channels) {
        weightAndBias(name, channels);
    }

    private void weightAndBias(String name, long... weight) {
        shape(name + ".weight", weight);
        shape(name + ".bias", weight[0]);
    }

    private void shape(String name, long... dimensions) {
        shapes.put(name, dimensions);
    }
}
