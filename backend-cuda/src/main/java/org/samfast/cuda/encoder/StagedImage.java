package org.samfast.cuda.encoder;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.samfast.cuda.device.Transfers;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;

/** An image in page-locked memory, on its way to the device. */
public record StagedImage(Size size, Transfers.Staged rgb) {
    /** Copies images, before the GPU is theirs. */
    public static List<StagedImage> of(Transfers transfers, List<RgbImage> images) {
        return images.stream()
                .map(image -> new StagedImage(image.size(), transfers.stage(MemorySegment.ofArray(image.rgb()))))
                .toList();
    }
}
