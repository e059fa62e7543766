package org.samfast.cli.output;

import org.samfast.mask.BinaryMask;

/** All masks of an image in one. */
final class MergedMask {
    private MergedMask() {}

    static void write(ImageResult image) throws OutputException {
        byte[] any = new byte[Math.toIntExact(image.size().area())];
        for (MaskResult result : image.masks()) {
            byte[] pixels = result.mask().pixels();
            for (int i = 0; i < any.length; i++) {
                any[i] |= pixels[i];
            }
        }
        BinaryMask merged = new BinaryMask(image.size(), any);
        OutputFile.write(image.names().file(OutputFormat.MERGED), out -> PngWriter.write(out, merged));
    }
}
