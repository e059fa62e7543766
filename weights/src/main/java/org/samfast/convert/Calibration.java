package org.samfast.convert;

import java.util.Optional;
import java.util.function.Function;

/**
 * What a model's Linears get as inputs on some images.
 *
 * @param images which images: their names and a checksum, for the record; empty for none
 * @param inputs what was seen of a module such as {@code image_encoder.blocks.3.mlp.lin1}, which is asked for in the order of
 *     the blocks and may be collected then: that of all ViT-H's Linears together is 4 GB
 */
public record Calibration(String images, Function<String, Optional<LinearInputs>> inputs) {
    /** No images seen. */
    public static final Calibration NONE = new Calibration("", module -> Optional.empty());

    boolean isEmpty() {
        return images.isEmpty();
    }

    /** What was seen of the inputs of the Linear with that weight. */
    Optional<LinearInputs> ofWeight(String tensor) {
        return inputs.apply(tensor.replaceFirst("\\.weight$", ""));
    }
}
