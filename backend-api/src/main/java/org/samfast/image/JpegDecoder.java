package org.samfast.image;

import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import org.jspecify.annotations.Nullable;

/**
 * JPEG through the JDK's libjpeg, which gives the components as stored; the colours are computed here, by libjpeg's
 * rules, because ImageIO guesses differently and applies profiles.
 */
final class JpegDecoder {
    private static final String NAME = "JPEG";

    private JpegDecoder() {}

    static RgbImage decode(byte[] file, PixelLimit limit) throws BadImage {
        JpegSegments jpeg = JpegSegments.of(file);
        Size size = limit.accept(jpeg.width, jpeg.height);
        byte[] components = components(jpeg);
        JpegUpsampling.smooth(components, jpeg);
        byte[] rgb = JpegColors.toRgb(components, jpeg);
        return Orientation.apply(new RgbImage(size, rgb), jpeg.orientation());
    }

    private static byte[] components(JpegSegments jpeg) throws BadImage {
        Warnings warnings = new Warnings();
        Raster raster = ImageIoDecoder.run(NAME, new ByteInput(jpeg.pixels, jpeg.pixelsLength), reader -> {
            reader.addIIOReadWarningListener(warnings);
            requireSameSize(jpeg, reader);
            return reader.readRaster(0, null);
        });
        if (warnings.cut) {
            throw BadImage.cut(NAME);
        }
        return ((DataBufferByte) raster.getDataBuffer()).getData();
    }

    /** libjpeg may take other bytes for the frame header than we do; only one that we checked may be allocated for. */
    private static void requireSameSize(JpegSegments jpeg, ImageReader reader) throws IOException, BadImage {
        if (reader.getWidth(0) != jpeg.width || reader.getHeight(0) != jpeg.height) {
            throw BadImage.damaged(NAME, "its headers disagree about its size");
        }
    }

    /** libjpeg goes on with grey where data is missing, and says so in a warning only. */
    private static final class Warnings implements IIOReadWarningListener {
        private boolean cut;

        @Override
        public void warningOccurred(ImageReader source, @Nullable String warning) {
            cut |= warning != null && warning.contains("premature end");
        }
    }
}
