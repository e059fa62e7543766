package org.samfast.architecture;

import java.util.List;

/**
 * The shape of a SAM model, as read off its tensors.
 *
 * @param name vit_t, vit_b, vit_l or vit_h, or a description such as {@code vit(width 64, depth 4)} for a relative
 * @param width channels of the image encoder's tokens
 * @param depth transformer blocks of the image encoder
 * @param heads attention heads per block; {@code width / heads} is the head dimension
 * @param mlpWidth hidden channels of each block's MLP
 * @param globalLayers indices of the blocks with global attention, ascending; the others attend within windows
 * @param windowSize side of an attention window in tokens (14)
 */
public record SamArchitecture(
        String name, int width, int depth, int heads, int mlpWidth, List<Integer> globalLayers, int windowSize) {
    /** Side of the encoder's input in pixels. */
    public static final int IMAGE_SIZE = 1024;
    /** Side of a patch in pixels. */
    public static final int PATCH_SIZE = 16;
    /** Side of the token grid and of the image embedding. */
    public static final int GRID = IMAGE_SIZE / PATCH_SIZE;
    /** Channels of the image embedding and of the mask decoder. */
    public static final int EMBEDDING_CHANNELS = 256;
    /** Side of the low-resolution mask logits. */
    public static final int LOW_RES = 4 * GRID;
    /** Masks that the decoder makes per prompt: index 0 is the single-mask output, 1 to 3 are the multimask outputs. */
    public static final int MASKS = 4;

    /** Side of an attention window in tokens. */
    public static final int WINDOW_SIZE = 14;

    /** Copies {@code globalLayers}. */
    public SamArchitecture {
        globalLayers = List.copyOf(globalLayers);
    }

    /**
     * {@return the architecture of these dimensions, under the name of its {@link SamVariant} where it has one}
     *
     * @param width channels of the image encoder's tokens
     * @param depth transformer blocks
     * @param heads attention heads per block
     * @param mlpWidth hidden channels of each block's MLP
     * @param globalLayers indices of the blocks with global attention, ascending
     */
    public static SamArchitecture of(int width, int depth, int heads, int mlpWidth, List<Integer> globalLayers) {
        String description = "vit(width " + width + ", depth " + depth + ")";
        return SamVariant.of(width, depth, heads, mlpWidth, globalLayers)
                .map(SamVariant::architecture)
                .orElseGet(() ->
                        new SamArchitecture(description, width, depth, heads, mlpWidth, globalLayers, WINDOW_SIZE));
    }

    boolean hasDimensions(int width, int depth, int heads, int mlpWidth, List<Integer> globalLayers) {
        return this.width == width
                && this.depth == depth
                && this.heads == heads
                && this.mlpWidth == mlpWidth
                && this.globalLayers.equals(globalLayers);
    }

    /** {@return channels per attention head} */
    public int headDim() {
        return width / heads;
    }

    /**
     * {@return whether block {@code layer} attends over the whole token grid}
     *
     * @param layer index of a block, from 0
     */
    public boolean isGlobal(int layer) {
        return globalLayers.contains(layer);
    }
}
