package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.samfast.mask.MaskPolygon;

/** Masks as polygons with holes: rings of [x,y], first not repeated, in pixels from the image's left upper corner. */
final class PolygonsJson {
    private PolygonsJson() {}

    static void write(ImageResult image) throws OutputException {
        OutputFile.write(
                image.names().file(OutputFormat.POLYGONS), out -> JsonText.indented(out, json -> write(json, image)));
    }

    private static void write(JsonGenerator json, ImageResult image) throws IOException {
        json.writeStartObject();
        json.writeStringField("image", image.file().toString());
        json.writeNumberField("width", image.size().width());
        json.writeNumberField("height", image.size().height());
        json.writeArrayFieldStart("masks");
        for (MaskResult mask : image.masks()) {
            json.writeStartObject();
            properties(json, mask);
            json.writeArrayFieldStart("polygons");
            for (MaskPolygon polygon : mask.polygons()) {
                polygon(json, polygon);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** What polygons here and features of GeoJSON say of their mask. */
    static void properties(JsonGenerator json, MaskResult mask) throws IOException {
        json.writeNumberField("object", mask.object());
        json.writeNumberField("output", mask.scored().output());
        json.writeStringField("class", mask.category());
        json.writeNumberField("predicted_iou", mask.scored().quality());
        json.writeNumberField("area", mask.area());
    }

    private static void polygon(JsonGenerator json, MaskPolygon polygon) throws IOException {
        json.writeStartObject();
        json.writeFieldName("shell");
        ring(json, polygon.shell());
        json.writeArrayFieldStart("holes");
        for (int[] hole : polygon.holes()) {
            ring(json, hole);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void ring(JsonGenerator json, int[] ring) throws IOException {
        json.writeStartArray();
        for (int i = 0; i < ring.length; i += 2) {
            json.writeArray(ring, i, 2);
        }
        json.writeEndArray();
    }
}
