package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.samfast.mask.MaskPolygon;

/**
 * Masks as features of GeoJSON (RFC 7946): a MultiPolygon each, shells counterclockwise and holes clockwise in the
 * coordinates of the file. These are the image's world coordinates where it has a {@link WorldFile}, and its pixels, y down,
 * otherwise.
 */
final class GeoJson {
    private final JsonGenerator json;
    private final WorldFile world;

    private GeoJson(JsonGenerator json, WorldFile world) {
        this.json = json;
        this.world = world;
    }

    static void write(ImageResult image) throws IOException {
        WorldFile world = WorldFile.of(image.file());
        OutputFile.write(
                image.names().file(OutputFormat.GEOJSON),
                out -> JsonText.indented(out, json -> new GeoJson(json, world).collection(image)));
    }

    private void collection(ImageResult image) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "FeatureCollection");
        json.writeArrayFieldStart("features");
        for (MaskResult mask : image.masks()) {
            feature(image, mask);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void feature(ImageResult image, MaskResult mask) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "Feature");
        json.writeObjectFieldStart("properties");
        json.writeStringField("image", image.file().toString());
        PolygonsJson.properties(json, mask);
        json.writeEndObject();
        json.writeFieldName("geometry");
        geometry(mask.polygons());
        json.writeEndObject();
    }

    /** An empty mask has none: null, as RFC 7946 has it for what is not located. */
    private void geometry(List<MaskPolygon> polygons) throws IOException {
        if (polygons.isEmpty()) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        json.writeStringField("type", "MultiPolygon");
        json.writeArrayFieldStart("coordinates");
        for (MaskPolygon polygon : polygons) {
            json.writeStartArray();
            ring(polygon.shell());
            for (int[] hole : polygon.holes()) {
                ring(hole);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** Closed, as GeoJSON wants it; backwards where the world file mirrors. */
    private void ring(int[] ring) throws IOException {
        json.writeStartArray();
        for (int i = 0; i <= ring.length; i += 2) {
            int at = (world.mirrors() ? ring.length - i : i) % ring.length;
            json.writeStartArray();
            ResultJson.number(json, world.x(ring[at], ring[at + 1]));
            ResultJson.number(json, world.y(ring[at], ring[at + 1]));
            json.writeEndArray();
        }
        json.writeEndArray();
    }
}
