package org.samfast.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a JPEG's markers say, and the file without the segments that are not pixels: profiles, thumbnails and comments
 * are parsed by nobody, so they can neither break nor bend the decoding. Source: ITU T.81, annex B.
 */
final class JpegSegments {
    private static final int SOI = 0xd8;
    private static final int EOI = 0xd9;
    private static final int SOS = 0xda;
    private static final int DNL = 0xdc;
    private static final int DHT = 0xc4;
    private static final int JPG = 0xc8;
    private static final int DAC = 0xcc;
    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] XMP = "http://ns.adobe.com/xap/1.0/\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] JFIF = "JFIF\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.ISO_8859_1);

    private final byte[] file;
    /** The markers, tables and scans that make the pixels; ends in EOI. */
    final byte[] pixels;

    int pixelsLength;
    private boolean cut;
    boolean jfif;
    int adobeTransform = -1;
    private int exifOrientation = Orientation.UNKNOWN;
    private int xmpOrientation = Orientation.UNKNOWN;
    private int frame = -1;
    int width;
    int height;
    int[] componentIds = {};
    /** Horizontal and vertical sampling of each component, in the high and low four bits. */
    int[] sampling = {};

    private JpegSegments(byte[] file) {
        this.file = file;
        this.pixels = new byte[file.length + 4];
    }

    static JpegSegments of(byte[] file) throws BadImage {
        JpegSegments segments = new JpegSegments(file);
        segments.marker(SOI);
        int at = 2;
        while (at >= 0) {
            at = segments.next(at);
        }
        segments.marker(EOI);
        if (segments.cut || segments.frame < 0) {
            throw BadImage.cut("JPEG");
        }
        return segments;
    }

    /** EXIF is believed first, XMP where it is silent. */
    int orientation() {
        return exifOrientation == Orientation.UNKNOWN ? xmpOrientation : exifOrientation;
    }

    /** Reads one marker with its segment; where the next begins, or -1 at the end. */
    private int next(int at) throws BadImage {
        while (at < file.length && (file[at] & 255) != 0xff) {
            at++;
        }
        while (at < file.length && (file[at] & 255) == 0xff) {
            at++;
        }
        if (at >= file.length) {
            cut = true;
            return -1;
        }
        int marker = file[at] & 255;
        if (marker == EOI) {
            return -1;
        }
        return isAlone(marker) ? at + 1 : segment(marker, at + 1);
    }

    private static boolean isAlone(int marker) {
        return (marker >= 0xd0 && marker <= SOI) || marker <= 0x01;
    }

    private int segment(int marker, int at) throws BadImage {
        int length = at + 2 <= file.length ? u16(at) : Integer.MAX_VALUE / 2;
        if (length < 2) {
            throw BadImage.damaged("JPEG", "a segment says that it is " + length + " bytes long");
        }
        if (length > file.length - at) {
            cut = true;
            return -1;
        }
        int end = at + length;
        read(marker, at + 2, end);
        if (marker >= 0xe0 || marker == DNL) {
            return end;
        }
        int stop = marker == SOS ? endOfScan(end) : end;
        marker(marker);
        System.arraycopy(file, at, pixels, pixelsLength, stop - at);
        pixelsLength += stop - at;
        return stop;
    }

    private void read(int marker, int begin, int end) throws BadImage {
        if (marker >= 0xc0 && marker <= 0xcf && marker != DHT && marker != JPG && marker != DAC) {
            frame(marker, begin, end);
        } else if (marker == 0xe0 && startsWith(JFIF, begin, end)) {
            jfif = true;
        } else if (marker == 0xe1 && startsWith(EXIF, begin, end) && exifOrientation == Orientation.UNKNOWN) {
            exifOrientation = TiffTags.of(file, begin + EXIF.length, end).orientation();
        } else if (marker == 0xe1 && startsWith(XMP, begin, end)) {
            xmpOrientation = Orientation.inXmp(new String(file, begin, end - begin, StandardCharsets.ISO_8859_1));
        } else if (marker == 0xee && startsWith(ADOBE, begin, end) && end - begin >= 12) {
            adobeTransform = file[begin + 11] & 255;
        } else if (marker == SOS && frame < 0) {
            throw BadImage.damaged("JPEG", "its pixels come before its size");
        }
    }

    private void frame(int marker, int begin, int end) throws BadImage {
        int components = end - begin < 6 ? 0 : file[begin + 5] & 255;
        if (frame >= 0 || components == 0 || end - begin < 6 + 3 * components) {
            throw BadImage.damaged("JPEG", "its frame header is not one");
        }
        if (marker > 0xc2 || file[begin] != 8) {
            throw new BadImage("this kind of JPEG ("
                    + (marker > 0xc8 ? "arithmetic coding" : "lossless or " + file[begin] + " bits")
                    + ") is not supported; save it as a baseline JPEG or PNG first");
        }
        frame = marker;
        height = u16(begin + 1);
        width = u16(begin + 3);
        componentIds = new int[components];
        sampling = new int[components];
        for (int i = 0; i < components; i++) {
            componentIds[i] = file[begin + 6 + 3 * i] & 255;
            sampling[i] = file[begin + 7 + 3 * i] & 255;
        }
    }

    /** Where the entropy-coded data that begins there meets a marker other than a restart. */
    private int endOfScan(int at) {
        for (int i = at; i + 1 < file.length; i++) {
            int marker = file[i + 1] & 255;
            if (file[i] == -1 && marker != 0 && marker != 0xff && (marker < 0xd0 || marker > 0xd7)) {
                return i;
            }
        }
        return file.length;
    }

    private void marker(int marker) {
        pixels[pixelsLength++] = -1;
        pixels[pixelsLength++] = (byte) marker;
    }

    private boolean startsWith(byte[] name, int begin, int end) {
        return end - begin >= name.length && Arrays.equals(file, begin, begin + name.length, name, 0, name.length);
    }

    private int u16(int at) {
        return ((file[at] & 255) << 8) | (file[at + 1] & 255);
    }
}
