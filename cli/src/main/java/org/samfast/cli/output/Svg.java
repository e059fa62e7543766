package org.samfast.cli.output;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.samfast.mask.MaskPolygon;

/** Masks as paths of an SVG picture of the image's size; a hole is what the even-odd rule leaves out. */
final class Svg {
    private Svg() {}

    static void write(ImageResult image) throws OutputException {
        OutputFile.write(image.names().file(OutputFormat.SVG), out -> picture(out, image));
    }

    private static void picture(OutputStream out, ImageResult image) throws IOException {
        int width = image.size().width();
        int height = image.size().height();
        text(
                out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">%n"
                        .formatted(width, height, width, height));
        for (int i = 0; i < image.masks().size(); i++) {
            path(out, image.masks().get(i), Colour.ofMask(i));
        }
        text(out, "</svg>\n");
    }

    private static void path(OutputStream out, MaskResult mask, Colour colour) throws IOException {
        String title = mask.category() + " " + mask.object();
        text(
                out,
                "<path id=\"object%d.%d\" fill=\"#%02x%02x%02x\" fill-rule=\"evenodd\" d=\""
                        .formatted(mask.object(), mask.scored().output(), colour.red(), colour.green(), colour.blue()));
        for (MaskPolygon polygon : mask.polygons()) {
            ring(out, polygon.shell());
            for (int[] hole : polygon.holes()) {
                ring(out, hole);
            }
        }
        text(out, "\"><title>" + escaped(title) + "</title></path>\n");
    }

    private static void ring(OutputStream out, int[] ring) throws IOException {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < ring.length; i += 2) {
            path.append(i == 0 ? 'M' : 'L').append(ring[i]).append(' ').append(ring[i + 1]);
        }
        text(out, path.append('Z').toString());
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static void text(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
