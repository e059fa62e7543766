package org.samfast.image;

import java.awt.image.BufferedImage;
import java.io.EOFException;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** The image formats that the JDK itself reads; other ImageIO plugins on the class path are not asked. */
final class ImageIoDecoder {
    private ImageIoDecoder() {}

    /** What is to be got from a reader. */
    interface Task<T> {
        T run(ImageReader reader) throws IOException, BadImage;
    }

    /** Decodes the first frame, after its size was accepted. */
    static BufferedImage decode(String format, byte[] file, PixelLimit limit) throws BadImage {
        return run(format, new ByteInput(file, file.length), reader -> {
            limit.accept(reader.getWidth(0), reader.getHeight(0));
            return reader.read(0);
        });
    }

    /** Runs the task on the JDK's reader; whatever a damaged file makes it throw is one sentence. */
    static <T> T run(String format, ByteInput input, Task<T> task) throws BadImage {
        ImageReader reader = null;
        try {
            reader = provider(format).createReaderInstance();
            reader.setInput(input, true, true);
            return task.run(reader);
        } catch (EOFException e) {
            throw BadImage.cut(format);
        } catch (IOException e) {
            throw new BadImage("the " + format + " is damaged or ends too early (" + e.getMessage() + ")", e);
        } catch (RuntimeException e) { // its message is about the reader's own objects
            throw new BadImage("the " + format + " is damaged or ends too early", e);
        } finally {
            if (reader != null) {
                reader.dispose();
            }
        }
    }

    private static ImageReaderSpi provider(String format) {
        Iterator<ImageReaderSpi> all =
                IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
        while (all.hasNext()) {
            ImageReaderSpi provider = all.next();
            if (provider.getClass().getModule() == ImageReader.class.getModule()
                    && List.of(provider.getFormatNames()).contains(format)) {
                return provider;
            }
        }
        throw new IllegalStateException("this Java has no reader for " + format);
    }
}
