package org.samfast.image;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Names what a file looks like that is no image we read, for the error message. */
final class ForeignFormat {
    private static final int HEAD = 1024;

    private ForeignFormat() {}

    /** One sentence about the file. */
    static BadImage refusal(byte[] file) {
        String head = new String(file, 0, Math.min(file.length, HEAD), StandardCharsets.ISO_8859_1);
        String image = image(head);
        if (!image.isEmpty()) {
            return new BadImage(image + " is not supported; convert it to JPEG or PNG first");
        }
        return new BadImage("this is " + other(head) + ", not an image; expected JPEG, PNG, GIF, BMP, TIFF or WebP");
    }

    private static String image(String head) {
        if (head.startsWith("ftyp", 4)) {
            return isoMedia(head.substring(8, Math.min(head.length(), 32)));
        }
        if (head.startsWith("\u00ff\n") || head.startsWith("JXL ", 4)) {
            return "JPEG XL";
        }
        if (head.startsWith("jP  ", 4) || head.startsWith("\u00ffO\u00ffQ")) {
            return "JPEG 2000";
        }
        if (head.startsWith("8BPS")) {
            return "PSD";
        }
        if (head.startsWith("II+\0") || head.startsWith("MM\0+")) {
            return "BigTIFF";
        }
        if (head.startsWith("\0\0\1\0")) {
            return "ICO";
        }
        if (head.startsWith("DICM", 128)) {
            return "DICOM";
        }
        return head.matches("(?s)P[1-7]\\s.*") ? "PNM" : markup(head.toLowerCase(Locale.ROOT));
    }

    private static String isoMedia(String brands) {
        if (brands.contains("avi")) {
            return "AVIF";
        }
        return brands.contains("he") || brands.contains("mif1") ? "HEIC" : "this video or raw photo (ISO media)";
    }

    private static String markup(String head) {
        return head.contains("<svg") ? "SVG" : head.startsWith("%pdf") ? "PDF" : "";
    }

    private static String other(String head) {
        String lower = head.toLowerCase(Locale.ROOT);
        if (lower.contains("<html") || lower.contains("<!doctype html")) {
            return "a web page (HTML)";
        }
        if (head.startsWith("PK\3\4")) {
            return "a ZIP archive";
        }
        boolean text = head.chars().allMatch(c -> (c >= ' ' && c != 127) || c == '\n' || c == '\r' || c == '\t');
        return text ? "a text file" : "binary data of an unknown kind";
    }
}
