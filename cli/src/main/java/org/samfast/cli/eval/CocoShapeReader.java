package org.samfast.cli.eval;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one {@code segmentation}: an object with run lengths, or a list of polygons. */
final class CocoShapeReader {
    /** Far beyond any image, and small enough for the arithmetic of {@link PolygonRaster}. */
    private static final double LARGEST_COORDINATE = 1e6;

    private final JsonParser in;

    CocoShapeReader(JsonParser in) {
        this.in = in;
    }

    CocoShape read() throws IOException {
        return in.currentToken() == JsonToken.START_ARRAY ? new CocoShape.Polygons(polygons()) : runs();
    }

    private CocoShape runs() throws IOException {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw wrong("segmentation: expected polygons or run lengths, got " + in.currentToken());
        }
        @Nullable CocoShape shape = null;
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            boolean counts = in.currentName().equals("counts");
            in.nextToken();
            if (counts) {
                shape = counts();
            } else {
                in.skipChildren();
            }
        }
        if (shape == null) {
            throw wrong("segmentation without counts");
        }
        return shape;
    }

    private CocoShape counts() throws IOException {
        if (in.currentToken() == JsonToken.VALUE_STRING) {
            return new CocoShape.CompressedRuns(in.getText());
        }
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw wrong("segmentation counts: expected a list or a string, got " + in.currentToken());
        }
        int[] counts = new int[64];
        int length = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (length == counts.length) {
                counts = Arrays.copyOf(counts, 2 * length);
            }
            counts[length++] = in.getIntValue();
        }
        return new CocoShape.Runs(Arrays.copyOf(counts, length));
    }

    private List<double[]> polygons() throws IOException {
        List<double[]> polygons = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            polygons.add(polygon());
        }
        return polygons;
    }

    private double[] polygon() throws IOException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw wrong("segmentation: expected a list of polygons, each [x0,y0,x1,y1,...]");
        }
        List<Double> coordinates = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            double value = in.getDoubleValue();
            if (!(Math.abs(value) <= LARGEST_COORDINATE)) {
                throw wrong("segmentation: polygon coordinate " + value + " is far outside any image");
            }
            coordinates.add(value);
        }
        if (coordinates.size() % 2 != 0) {
            throw wrong("segmentation: a polygon with an odd number of coordinates, " + coordinates.size());
        }
        return coordinates.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private JsonParseException wrong(String what) {
        return new JsonParseException(in, what);
    }
}
