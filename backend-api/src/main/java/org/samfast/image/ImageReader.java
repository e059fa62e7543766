package org.samfast.image;

import java.nio.file.Path;

/** Reads image files. CONTRACT STUB. */
public final class ImageReader {
    /** Default pixel limit: 200 megapixels. */
    public static final long DEFAULT_PIXEL_LIMIT = 200_000_000;

    private ImageReader() {}

    /** Reads the file as RGB, upright. */
    public static RgbImage read(Path file, long pixelLimit) throws ImageException {
        throw new ImageException(file + ": not implemented");
    }
}
