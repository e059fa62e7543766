package org.samfast.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.util.Arrays;

/**
 * The first frame of a GIF on its screen. What the frame leaves open has, as in Pillow, the transparent colour, or else
 * colour 0. Source: GIF89a specification.
 */
final class GifDecoder {
    private static final String NAME = "GIF";

    private final byte[] file;
    private int fill;
    private int left;
    private int top;
    private int width;
    private int height;

    private GifDecoder(byte[] file) {
        this.file = file;
    }

    static RgbImage decode(byte[] file, PixelLimit limit) throws BadImage {
        return new GifDecoder(file).decode(limit);
    }

    private RgbImage decode(PixelLimit limit) throws BadImage {
        int end = findFrame(13 + colorTable(u8(10)));
        Size screen = limit.accept(Math.max(u16(6), left + width), Math.max(u16(8), top + height));
        skipBlocks(end);
        BufferedImage frame = ImageIoDecoder.run(NAME, new ByteInput(file, file.length), reader -> reader.read(0));
        byte[] rgb = RasterPixels.rgb(frame);
        return screen.equals(new Size(width, height))
                ? new RgbImage(screen, rgb)
                : onScreen(screen, rgb, (IndexColorModel) frame.getColorModel());
    }

    /** Reads blocks up to the first frame; where its data blocks begin. */
    private int findFrame(int at) throws BadImage {
        while (u8(at) == 0x21) {
            if (u8(at + 1) == 0xf9 && u8(at + 2) == 4 && (u8(at + 3) & 1) == 1) {
                fill = u8(at + 6);
            }
            at = skipBlocks(at + 2);
        }
        if (u8(at) != 0x2c) {
            throw BadImage.damaged(NAME, "it holds no image");
        }
        left = u16(at + 1);
        top = u16(at + 3);
        width = u16(at + 5);
        height = u16(at + 7);
        return at + 10 + colorTable(u8(at + 9)) + 1;
    }

    private int skipBlocks(int at) throws BadImage {
        int next = at;
        while (u8(next) != 0) {
            next += 1 + u8(next);
        }
        return next + 1;
    }

    private static int colorTable(int flags) {
        return flags < 0x80 ? 0 : 3 << ((flags & 7) + 1);
    }

    private RgbImage onScreen(Size screen, byte[] frame, IndexColorModel palette) {
        byte[] rgb = new byte[Math.toIntExact(screen.area() * 3)];
        int[] colors = new int[Math.max(256, palette.getMapSize())];
        palette.getRGBs(colors);
        for (int color = 0; color < 3; color++) {
            Arrays.fill(rgb, color, color + 1, (byte) (colors[fill] >> (16 - 8 * color)));
        }
        for (int filled = 3; filled < rgb.length; filled *= 2) {
            System.arraycopy(rgb, 0, rgb, filled, Math.min(filled, rgb.length - filled));
        }
        for (int y = 0; y < height; y++) {
            System.arraycopy(frame, y * width * 3, rgb, ((top + y) * screen.width() + left) * 3, width * 3);
        }
        return new RgbImage(screen, rgb);
    }

    private int u8(int at) throws BadImage {
        if (at >= file.length) {
            throw BadImage.cut(NAME);
        }
        return file[at] & 255;
    }

    private int u16(int at) throws BadImage {
        return u8(at) | (u8(at + 1) << 8);
    }
}
