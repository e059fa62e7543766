package org.samfast.cuda.encoder;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.samfast.architecture.SamArchitecture;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.GrowingBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Transfers;
import org.samfast.cuda.kernel.Patchify;
import org.samfast.cuda.kernel.Resize;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;

/** Images to patches: resized, normalised and padded on the device. */
final class ImagePreprocessing implements AutoCloseable {
    private static final long RESIZED_BYTES = 3L * SamArchitecture.IMAGE_SIZE * SamArchitecture.IMAGE_SIZE;
    /** Sizes of images whose filters are kept: a folder rarely has more at a time. */
    private static final int SIZES_KEPT = 16;

    private final Device device;
    private final Patchify patchify;
    private final int elementBytes;
    private final SequencedMap<Size, Resize> resizes = new LinkedHashMap<>(SIZES_KEPT, 0.75f, true);
    private final DeviceBuffer resized;
    private final GrowingBuffer<DeviceBuffer> image;

    ImagePreprocessing(Device device, Element element) {
        this.device = device;
        patchify = new Patchify(device, element);
        elementBytes = element.bytes();
        resized = device.allocate("resized image", RESIZED_BYTES);
        image = GrowingBuffer.onDevice(device, "image");
        image.atLeast(RESIZED_BYTES);
    }

    /**
     * @param patches takes [images][4096][3 * 16 * 16], channel before row before column within a patch
     */
    void run(Stream stream, Transfers transfers, List<StagedImage> images, DeviceBuffer patches) {
        long bytes = (long) EncoderBuffers.TOKENS * EncoderBuffers.PATCH_VALUES * elementBytes;
        for (int i = 0; i < images.size(); i++) {
            run(stream, transfers, images.get(i), patches.slice(i * bytes, bytes));
        }
    }

    private void run(Stream stream, Transfers transfers, StagedImage staged, DeviceBuffer patches) {
        DeviceBuffer whole = image.atLeast(staged.rgb().bytes());
        transfers.upload(whole, staged.rgb());
        resize(stream, staged.size()).launch(stream, whole, resized);
        patchify.launch(
                stream, resized, patches, ResizeLongestSide.of(staged.size()).resized());
    }

    private Resize resize(Stream stream, Size size) {
        if (resizes.size() == SIZES_KEPT && !resizes.containsKey(size)) {
            resizes.pollFirstEntry().getValue().close();
        }
        return resizes.computeIfAbsent(size, each -> new Resize(device, stream, ResizeLongestSide.of(each)));
    }

    @Override
    public void close() {
        resizes.values().forEach(Resize::close);
        resized.close();
        image.close();
    }
}
