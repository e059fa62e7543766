package org.samfast.cuda.encoder;

import org.samfast.architecture.SamArchitecture;
import org.samfast.cuda.device.BufferSet;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.kernel.FoldedNorm;

/**
 * What the image encoder works in, for up to that many images: all rows are tokens, 4096 of them an image, and row-major.
 */
final class EncoderBuffers implements AutoCloseable {
    static final int TOKENS = SamArchitecture.GRID * SamArchitecture.GRID;
    static final int PATCH_VALUES = 3 * SamArchitecture.PATCH_SIZE * SamArchitecture.PATCH_SIZE;
    private static final int CHANNELS = SamArchitecture.EMBEDDING_CHANNELS;
    private static final int NECK_VALUES = 9 * CHANNELS;

    final int images;
    /** [rows][3 * 16 * 16], the images as the encoder reads them. */
    final DeviceBuffer patches;
    /** [rows][width], the residual stream. */
    final DeviceBuffer tokens;
    /** [rows][width], normed tokens or the output of attention: each is used up before the other is made. */
    final DeviceBuffer normed;
    /** Of the tokens, where norms are folded: sums by row and 32 channels; mean and deviation by row. */
    final DeviceBuffer partial;

    final DeviceBuffer statistics;
    /** [rows][3][heads][headDim]. */
    final DeviceBuffer qkv;
    /** [rows][mlpWidth], also the 3x3 surroundings in the neck. */
    final DeviceBuffer hidden;
    /** Where Linears are packed: [rows][up to mlpWidth] int8, the inputs of those in int8, and the scales of their rows. */
    final DeviceBuffer quantised;

    final DeviceBuffer tokenScales;
    /** [rows][256] each: the neck's two stages, the second its result. */
    final DeviceBuffer neck;

    final DeviceBuffer embedding;

    private final BufferSet all;

    EncoderBuffers(Device device, SamArchitecture architecture, Element element, boolean withPacked, int images) {
        this.images = images;
        all = new BufferSet(device);
        long row = (long) images * TOKENS * element.bytes();
        patches = all.allocate("patches", row * PATCH_VALUES);
        tokens = all.allocate("tokens", row * architecture.width());
        normed = all.allocate("normed tokens", row * architecture.width());
        partial = all.allocate("sums of tokens", FoldedNorm.partialBytes(rows(images), architecture.width()));
        statistics = all.allocate("mean and deviation of tokens", FoldedNorm.statisticsBytes(rows(images)));
        qkv = all.allocate("qkv", row * 3 * architecture.width());
        hidden = all.allocate("MLP", row * Math.max(architecture.mlpWidth(), NECK_VALUES));
        quantised = withPacked
                ? all.allocate("inputs in int8", (long) rows(images) * architecture.mlpWidth())
                : DeviceBuffer.NONE;
        tokenScales =
                withPacked ? all.allocate("scales of tokens", (long) rows(images) * Float.BYTES) : DeviceBuffer.NONE;
        neck = all.allocate("neck", row * CHANNELS);
        embedding = all.allocate("embeddings", row * CHANNELS);
    }

    static int rows(int images) {
        return images * TOKENS;
    }

    @Override
    public void close() {
        all.close();
    }
}
