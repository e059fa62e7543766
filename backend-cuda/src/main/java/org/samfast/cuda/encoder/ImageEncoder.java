package org.samfast.cuda.encoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.samfast.architecture.SamArchitecture;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.GraphCache;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Transfers;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.weights.DeviceWeights;

/**
 * The image encoder: patches, transformer blocks, neck. Source: segment-anything image_encoder.py ImageEncoderViT @dca509f.
 */
public final class ImageEncoder implements AutoCloseable {
    private final Device device;
    private final SamArchitecture architecture;
    private final Element element;
    private final EncoderKernels kernels;
    private final ImagePreprocessing preprocessing;
    private final LinearWeights patchEmbed;
    private final DeviceBuffer positions;
    private final List<EncoderBlock> blocks = new ArrayList<>();
    private final Neck neck;
    /** By the number of images. */
    private final GraphCache<Integer> graphs = new GraphCache<>("encoder");

    private @Nullable EncoderBuffers buffers;

    public ImageEncoder(Device device, DeviceWeights weights, SamArchitecture architecture, Element element) {
        this.device = device;
        this.architecture = architecture;
        this.element = element;
        kernels = new EncoderKernels(device, architecture, element, weights.hasPacked());
        preprocessing = new ImagePreprocessing(device, element);
        patchEmbed = new LinearWeights(
                weights.matrix("image_encoder.patch_embed.proj.weight"),
                weights.vector("image_encoder.patch_embed.proj.bias"),
                architecture.width(),
                EncoderBuffers.PATCH_VALUES);
        positions = weights.matrix("image_encoder.pos_embed");
        for (int layer = 0; layer < architecture.depth(); layer++) {
            blocks.add(EncoderBlock.of(kernels, weights, architecture, layer));
        }
        neck = new Neck(kernels, weights, architecture);
    }

    /** Sees what lies in device memory after a stage: its name, rows of {@code channels}, the first of an image first. */
    public interface Stages {
        /** For runs that nobody watches. */
        Stages UNSEEN = (name, values, channels) -> {};

        void after(String name, DeviceBuffer values, int channels);
    }

    /**
     * Encodes a batch of images.
     *
     * @return embeddings [images][4096][256] of the element, valid until the next call
     */
    public DeviceBuffer encode(Stream stream, Transfers transfers, List<StagedImage> images, Stages stages) {
        prepare(stream, transfers, images);
        EncoderBuffers on = prepared();
        stages.after("pixels", on.patches, EncoderBuffers.PATCH_VALUES);
        if (stages == Stages.UNSEEN) {
            return encodePrepared(stream, images.size());
        }
        encode(stream, on, images.size(), stages);
        return on.embedding;
    }

    /** The first half of {@link #encode}: the images, resized and normalised, to where the encoder reads them. */
    public void prepare(Stream stream, Transfers transfers, List<StagedImage> images) {
        EncoderBuffers on = buffersFor(stream, images.size());
        preprocessing.run(stream, transfers, images, on.patches);
    }

    /** The second half, which leaves the prepared images as they are. */
    public DeviceBuffer encodePrepared(Stream stream, int images) {
        EncoderBuffers on = prepared();
        graphs.run(stream, images, () -> encode(stream, on, images, Stages.UNSEEN));
        return on.embedding;
    }

    private EncoderBuffers prepared() {
        return Objects.requireNonNull(buffers, "nothing is prepared");
    }

    private void encode(Stream stream, EncoderBuffers on, int images, Stages stages) {
        int rows = EncoderBuffers.rows(images);
        kernels.addTokens(stream, on.patches, patchEmbed, positions, EncoderBuffers.TOKENS, on, rows);
        stages.after("patch_embed", on.tokens, architecture.width());
        for (int layer = 0; layer < blocks.size(); layer++) {
            blocks.get(layer).run(stream, on, images);
            stages.after("block.%02d".formatted(layer), on.tokens, architecture.width());
        }
        neck.run(stream, on, images);
        stages.after("image_embedding", on.embedding, SamArchitecture.EMBEDDING_CHANNELS);
    }

    private EncoderBuffers buffersFor(Stream stream, int images) {
        EncoderBuffers now = buffers;
        if (now == null || images > now.images) {
            stream.synchronize();
            release();
            now = new EncoderBuffers(device, architecture, element, kernels.packed != null, images);
            buffers = now;
        }
        return now;
    }

    /** Forgets the buffers before others are asked for: where these cannot be had, nothing may use the old ones. */
    private void release() {
        graphs.clear();
        EncoderBuffers old = buffers;
        buffers = null;
        if (old != null) {
            old.close();
        }
    }

    @Override
    public void close() {
        release();
        preprocessing.close();
    }
}
