package org.samfast.cli.output;

import java.nio.file.Path;

/** Formats that have a file for every mask. */
final class MaskFiles {
    private MaskFiles() {}

    /** Writes the file of one mask. */
    @FunctionalInterface
    interface OneMask {
        void write(Path target, ImageResult image, MaskResult mask) throws OutputException;
    }

    /** A writer that goes from mask to mask. */
    static FormatWriter each(OutputFormat format, OneMask file) {
        return image -> {
            for (MaskResult mask : image.masks()) {
                file.write(image.names().file(format, mask.scored()), image, mask);
            }
        };
    }

    /** The masks as grey PNGs. */
    static FormatWriter pngs() {
        return each(
                OutputFormat.PNG,
                (target, _, mask) -> OutputFile.write(target, out -> PngWriter.write(out, mask.mask())));
    }
}
