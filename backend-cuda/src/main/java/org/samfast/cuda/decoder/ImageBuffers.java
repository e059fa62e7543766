package org.samfast.cuda.decoder;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.samfast.cuda.device.BufferSet;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.kernel.AbsorbTokens;
import org.samfast.cuda.kernel.AttendToImage;

/**
 * What {@link ImageSteps} work in: either {@link Projected} or {@link Absorbed}.
 *
 * @param keys [pairs][4096][256]: the image's tokens
 * @param firstKeys [images][4096][256]: what they are at first; may be keys
 */
record ImageBuffers(
        DeviceBuffer keys,
        DeviceBuffer firstKeys,
        @Nullable Projected projected,
        @Nullable Absorbed absorbed) {
    private static final int CHANNELS = DecoderBuffers.CHANNELS;

    /**
     * @param keysAndPosition [pairs][4096][256]: keys plus their position
     * @param first [pairs][4096][128]: a projection of the keys
     * @param second like first
     * @param upscaled [pairs][65536][32]
     */
    record Projected(DeviceBuffer keysAndPosition, DeviceBuffer first, DeviceBuffer second, DeviceBuffer upscaled) {}

    /**
     * @param first [pairs][groups][64][256] bf16: tokens with a projection absorbed
     * @param second like first
     * @param scoreBias [pairs][groups][64] fp32
     * @param parts of {@link AttendToImage}
     * @param masses likewise
     * @param firstK [images][4096][128] bf16: projections of the first keys
     * @param firstV like firstK
     * @param firstQ like firstK
     */
    record Absorbed(
            DeviceBuffer first,
            DeviceBuffer second,
            DeviceBuffer scoreBias,
            DeviceBuffer parts,
            DeviceBuffer masses,
            DeviceBuffer firstK,
            DeviceBuffer firstV,
            DeviceBuffer firstQ) {}

    static ImageBuffers projected(BufferSet all, Element element, int pairs) {
        long image = (long) pairs * DecoderBuffers.IMAGE_TOKENS * element.bytes();
        DeviceBuffer keys = all.allocate("keys", image * CHANNELS);
        long upscaled = (long) pairs * DecoderBuffers.MASK_VALUES * DecoderBuffers.UPSCALED * element.bytes();
        Projected projected = new Projected(
                all.allocate("keys and position", image * CHANNELS),
                all.allocate("image projection", image * DecoderBuffers.INNER),
                all.allocate("image projection", image * DecoderBuffers.INNER),
                all.allocate("upscaled image", upscaled));
        return new ImageBuffers(keys, keys, projected, null);
    }

    static ImageBuffers absorbed(BufferSet all, int pairs, int tokens, int images) {
        long image = (long) DecoderBuffers.IMAGE_TOKENS * CHANNELS * Element.BF16.bytes();
        long groups = (long) pairs * AbsorbTokens.groups(tokens);
        long rows = groups * AbsorbTokens.GROUP_ROWS;
        Absorbed absorbed = new Absorbed(
                all.allocate("absorbed tokens", rows * CHANNELS * Element.BF16.bytes()),
                all.allocate("absorbed tokens", rows * CHANNELS * Element.BF16.bytes()),
                all.allocate("score bias", rows * Float.BYTES),
                all.allocate("parts of attended tokens", groups * AttendToImage.partFloats() * Float.BYTES),
                all.allocate("masses of attended tokens", groups * AttendToImage.massFloats() * Float.BYTES),
                all.allocate("projected first keys", images * image / 2),
                all.allocate("projected first values", images * image / 2),
                all.allocate("projected first queries", images * image / 2));
        DeviceBuffer keys = all.allocate("keys", pairs * image);
        return new ImageBuffers(keys, all.allocate("first keys", images * image), null, absorbed);
    }

    Projected inProjections() {
        return requireNonNull(projected);
    }

    Absorbed inTokens() {
        return requireNonNull(absorbed);
    }
}
