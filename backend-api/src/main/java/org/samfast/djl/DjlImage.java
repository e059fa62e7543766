package org.samfast.djl;

import ai.djl.modality.cv.Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;

/** An image of DJL as ours: in sRGB, alpha dropped; DJL has not applied an EXIF orientation. */
final class DjlImage {
    private DjlImage() {}

    static RgbImage rgb(Image image) {
        return rgb(image.getWrappedImage() instanceof BufferedImage buffered ? buffered : throughPng(image));
    }

    /** What another factory of DJL holds, such as OpenCV's. */
    private static BufferedImage throughPng(Image image) {
        try {
            ByteArrayOutputStream png = new ByteArrayOutputStream();
            image.save(png, "png");
            @Nullable BufferedImage read = ImageIO.read(new ByteArrayInputStream(png.toByteArray()));
            if (read == null) {
                throw new IOException("the PNG that " + image.getClass().getName() + " writes cannot be read");
            }
            return read;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RgbImage rgb(BufferedImage image) {
        Size size = new Size(image.getWidth(), image.getHeight());
        byte[] rgb = new byte[Math.toIntExact(size.area() * 3)];
        int[] row = new int[size.width()];
        int to = 0;
        for (int y = 0; y < size.height(); y++) {
            image.getRGB(0, y, row.length, 1, row, 0, row.length);
            for (int pixel : row) {
                rgb[to++] = (byte) (pixel >> 16);
                rgb[to++] = (byte) (pixel >> 8);
                rgb[to++] = (byte) pixel;
            }
        }
        return new RgbImage(size, rgb);
    }
}
