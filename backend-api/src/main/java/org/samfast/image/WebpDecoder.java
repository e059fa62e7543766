package org.samfast.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.imageio.ImageReader;

/**
 * WebP through libwebp; of an animation the first frame on a black screen, as in Pillow. Source: WebP container
 * specification (RIFF chunks).
 */
final class WebpDecoder {
    private static final String NAME = "WebP";
    private static final int RIFF = 0x46464952;
    private static final int WEBP = 0x50424557;
    private static final int VP8 = 0x20385056;
    private static final int VP8L = 0x4c385056;
    private static final int VP8X = 0x58385056;
    private static final int ANMF = 0x464d4e41;
    private static final int EXIF = 0x46495845;
    private static final byte[] EXIF_PREFIX = {'E', 'x', 'i', 'f', 0, 0};

    private final ByteBuffer file;
    private final PixelLimit limit;
    private long width;
    private long height;
    private int orientation = Orientation.UNKNOWN;
    /** Where the payload of the first animation frame begins and ends; 0 in a still image. */
    private int frame;

    private int frameEnd;

    private WebpDecoder(byte[] file, PixelLimit limit) {
        this.file = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        this.limit = limit;
    }

    static RgbImage decode(byte[] file, PixelLimit limit) throws BadImage {
        return new WebpDecoder(file, limit).decode();
    }

    private RgbImage decode() throws BadImage {
        long end = 8 + (file.getInt(4) & 0xffffffffL);
        if (end > file.limit()) {
            throw BadImage.cut(NAME);
        }
        for (int at = 12; at + 8 <= end; ) {
            at = chunk(at, (int) end);
        }
        Size size = limit.accept(width, height);
        RgbImage image = frame == 0 ? still(file.array(), (int) end, size) : firstFrame(size);
        return Orientation.apply(image, orientation);
    }

    private int chunk(int at, int end) throws BadImage {
        long length = file.getInt(at + 4) & 0xffffffffL;
        int data = at + 8;
        if (length > end - data) {
            throw BadImage.cut(NAME);
        }
        int kind = file.getInt(at);
        boolean first = width == 0;
        if (kind == VP8X && first && length >= 10) {
            size(u24(data + 4) + 1, u24(data + 7) + 1);
        } else if (kind == VP8 && first && length >= 10) {
            size(file.getShort(data + 6) & 0x3fff, file.getShort(data + 8) & 0x3fff);
        } else if (kind == VP8L && first && length >= 5) {
            int bits = file.getInt(data + 1);
            size((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1);
        } else if (kind == ANMF && frame == 0 && length >= 16) {
            frame = data;
            frameEnd = data + (int) length;
        } else if (kind == EXIF) {
            orientation = exif(data, data + (int) length).orientation();
        }
        return (int) Math.min(end, data + length + (length & 1));
    }

    private void size(long width, long height) {
        this.width = width;
        this.height = height;
    }

    private TiffTags exif(int begin, int end) {
        boolean prefixed = end - begin > EXIF_PREFIX.length
                && file.slice(begin, EXIF_PREFIX.length).equals(ByteBuffer.wrap(EXIF_PREFIX));
        return TiffTags.of(file.array(), prefixed ? begin + EXIF_PREFIX.length : begin, end);
    }

    private RgbImage firstFrame(Size screen) throws BadImage {
        Size size = limit.accept(u24(frame + 6) + 1, u24(frame + 9) + 1);
        int left = u24(frame) * 2;
        int top = u24(frame + 3) * 2;
        if (left + size.width() > screen.width() || top + size.height() > screen.height()) {
            throw BadImage.damaged(NAME, "its first frame is outside its screen");
        }
        byte[] alone = alone(size);
        byte[] pixels = still(alone, alone.length, size).rgb();
        byte[] rgb = new byte[Math.toIntExact(screen.area() * 3)];
        int row = size.width() * 3;
        for (int y = 0; y < size.height(); y++) {
            System.arraycopy(pixels, y * row, rgb, ((top + y) * screen.width() + left) * 3, row);
        }
        return new RgbImage(screen, rgb);
    }

    /** The first frame as a still WebP. */
    private byte[] alone(Size size) {
        int data = frame + 16;
        ByteBuffer still = ByteBuffer.allocate(30 + frameEnd - data).order(ByteOrder.LITTLE_ENDIAN);
        still.putInt(RIFF).putInt(still.capacity() - 8).putInt(WEBP);
        still.putInt(VP8X).putInt(10).putInt(0x10);
        still.putInt(size.width() - 1).position(27);
        still.put((byte) (size.height() - 1)).putShort((short) ((size.height() - 1) >> 8));
        return still.put(file.array(), data, frameEnd - data).array();
    }

    private static RgbImage still(byte[] webp, int length, Size size) throws BadImage {
        try {
            ImageReader reader = new WebPImageReaderSpi().createReaderInstance(null);
            reader.setInput(new ByteInput(webp, length), true, true);
            BufferedImage image = reader.read(0);
            return new RgbImage(size, RasterPixels.rgb(image));
        } catch (IOException | RuntimeException e) { // of a message or none, about the reader's own objects
            throw new BadImage("the WebP is damaged or ends too early", e);
        } catch (OutOfMemoryError e) {
            // libwebp's answer to damaged alpha too
            throw new BadImage("the WebP is damaged or needs more memory than there is", e);
        } catch (LinkageError e) {
            throw new BadImage(
                    "WebP cannot be read on this machine (" + e.getMessage() + "); convert it to JPEG or PNG first", e);
        }
    }

    private int u24(int at) {
        return (file.get(at) & 255) | ((file.get(at + 1) & 255) << 8) | ((file.get(at + 2) & 255) << 16);
    }
}
