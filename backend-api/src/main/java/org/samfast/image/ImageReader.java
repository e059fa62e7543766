package org.samfast.image;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Reads image files as the pixels that a person sees: what Pillow's {@code exif_transpose(open(f)).convert("RGB")}
 * gives. Embedded colour profiles are not applied, alpha is dropped without compositing, of 16-bit samples the high
 * byte is kept, of several frames the first.
 */
public final class ImageReader {
    /** Default pixel limit: 200 megapixels. */
    public static final long DEFAULT_PIXEL_LIMIT = 200_000_000;

    private ImageReader() {}

    /**
     * Reads the file as RGB, upright. Its format is taken from its content, not from its name.
     *
     * @param file JPEG, PNG, GIF, BMP, TIFF or WebP
     * @param pixelLimit most pixels that the header may announce, checked before anything is decoded
     * @return the image as a person sees it
     * @throws ImageException where it is missing, not an image, damaged, cut short or too large
     */
    public static RgbImage read(Path file, long pixelLimit) throws ImageException {
        return decode(file, bytes(file), pixelLimit);
    }

    /**
     * The same where the file's bytes are at hand.
     *
     * @param file its name, for errors
     * @param bytes of the file
     * @param pixelLimit most pixels that the header may announce, checked before anything is decoded
     * @return the image as a person sees it
     * @throws ImageException where they are not an image, damaged, cut short or too large
     */
    public static RgbImage decode(Path file, byte[] bytes, long pixelLimit) throws ImageException {
        try {
            return ImageFormat.of(bytes).decode(bytes, new PixelLimit(pixelLimit));
        } catch (BadImage e) {
            throw new ImageException(file + ": " + e.getMessage(), e);
        } catch (OutOfMemoryError e) {
            throw new ImageException(
                    file + ": decoding it needs more memory than there is; give Java more with -Xmx", e);
        }
    }

    /**
     * {@return the file's bytes, not looked at}
     *
     * @param file to read
     * @throws ImageException where it is missing, no file or larger than 2 GB, or cannot be read
     */
    public static byte[] bytes(Path file) throws ImageException {
        try {
            checkKind(file, Files.readAttributes(file, BasicFileAttributes.class));
            return Files.readAllBytes(file);
        } catch (ImageException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw new ImageException(file + ": no such file; check the path", e);
        } catch (AccessDeniedException e) {
            throw new ImageException(file + ": may not be read by this user; change its permissions", e);
        } catch (IOException e) {
            throw new ImageException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static void checkKind(Path file, BasicFileAttributes attributes) throws ImageException {
        if (attributes.isDirectory()) {
            throw new ImageException(file + ": is a folder, expected an image file");
        }
        if (!attributes.isRegularFile()) {
            throw new ImageException(file + ": is a device or a pipe, expected an image file");
        }
        if (attributes.size() > Integer.MAX_VALUE - 16) {
            throw new ImageException(file + ": larger than 2 GB, expected a smaller image file");
        }
    }
}
