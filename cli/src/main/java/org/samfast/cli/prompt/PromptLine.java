package org.samfast.cli.prompt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.input.JsonFault;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/**
 * One line of a prompt file: {@code {"image":"a.jpg","objects":[{"points":[[x,y,1],[x,y,0]],"box":[x0,y0,x1,y1]}]}}. An
 * object has points, a box or both; a point's label (1 on the object, 0 beside it) may be left out for 1. Coordinates are
 * pixels of the upright image.
 */
final class PromptLine {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final JsonParser in;

    private PromptLine(JsonParser in) {
        this.in = in;
    }

    /** All lines of the file but blank ones. */
    static List<PromptFile.Entry> readAll(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        List<PromptFile.Entry> entries = new ArrayList<>();
        int line = 1;
        for (int start = 0; start < bytes.length; line++) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            read(file, line, bytes, start, end - start, entries);
            start = end + 1;
        }
        return entries;
    }

    private static void read(Path file, int line, byte[] bytes, int start, int length, List<PromptFile.Entry> entries)
            throws IOException {
        String place = "line " + line;
        try (JsonParser in = JSON.createParser(bytes, start, length)) {
            if (in.nextToken() != null) {
                entries.add(new PromptLine(in).entry(file, place));
            }
        } catch (PromptFileException e) {
            throw e;
        } catch (JsonProcessingException e) {
            throw new PromptFileException(file + ", " + place + ": not JSON: " + JsonFault.of(e));
        } catch (PromptSyntaxException e) {
            throw new PromptFileException(file + ", " + place + ": " + e.getMessage()
                    + "; for example:"
                    + " {\"image\":\"a.jpg\",\"objects\":[{\"points\":[[400,270,1]],\"box\":[20,30,600,500]}]}");
        } catch (IOException e) {
            throw new PromptFileException(file + ", " + place + ": not JSON: " + e.getMessage());
        }
    }

    private PromptFile.Entry entry(Path file, String place) throws IOException, PromptSyntaxException {
        @Nullable String image = null;
        @Nullable List<Prompt> objects = null;
        expect(JsonToken.START_OBJECT, "an object");
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            switch (name) {
                case "image" -> image = text();
                case "objects" -> objects = objects();
                default -> throw unknown(name, "image and objects");
            }
        }
        if (image == null || objects == null) {
            throw new PromptSyntaxException(
                    "expected image and objects, got no " + (image == null ? "image" : "objects"));
        }
        if (in.nextToken() != null) {
            throw new PromptSyntaxException("expected one object a line, got more");
        }
        return new PromptFile.Entry(path(file, place, image), place, objects);
    }

    /** The path that a file of prompts gives for an image. */
    static Path path(Path file, String place, String image) throws PromptFileException {
        try {
            if (!image.isBlank()) {
                return Path.of(image);
            }
        } catch (InvalidPathException _) {
            // said below
        }
        throw new PromptFileException(file + ", " + place + ": expected the path of an image, got '" + image + "'");
    }

    private String text() throws IOException, PromptSyntaxException {
        expect(JsonToken.VALUE_STRING, "a path for image");
        return in.getText();
    }

    private List<Prompt> objects() throws IOException, PromptSyntaxException {
        List<Prompt> objects = new ArrayList<>();
        expect(JsonToken.START_ARRAY, "a list for objects");
        while (in.nextToken() != JsonToken.END_ARRAY) {
            objects.add(object(objects.size() + 1));
        }
        return objects;
    }

    private Prompt object(int number) throws IOException, PromptSyntaxException {
        List<ImagePoint> points = new ArrayList<>();
        @Nullable ImageBox box = null;
        expect(JsonToken.START_OBJECT, "an object in objects");
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            switch (name) {
                case "points" -> points(points);
                case "box" -> box = box();
                default -> throw unknown(name, "points and box");
            }
        }
        if (points.isEmpty() && box == null) {
            throw new PromptSyntaxException("object " + number + " has no points and no box");
        }
        return new Prompt(points, box, null);
    }

    private void points(List<ImagePoint> points) throws IOException, PromptSyntaxException {
        expect(JsonToken.START_ARRAY, "a list for points");
        while (in.nextToken() != JsonToken.END_ARRAY) {
            List<Double> point = numbers("point");
            double label = point.size() == 3 ? point.get(2) : 1;
            if (point.size() < 2 || point.size() > 3 || (label != 0 && label != 1)) {
                throw new PromptSyntaxException(
                        "expected points [x,y] or [x,y,label] (1 on the object, 0 beside it), got " + point);
            }
            points.add(new ImagePoint(point.get(0), point.get(1), label == 1));
        }
    }

    private ImageBox box() throws IOException, PromptSyntaxException {
        List<Double> box = numbers("box");
        if (box.size() != 4 || box.get(0) >= box.get(2) || box.get(1) >= box.get(3)) {
            throw new PromptSyntaxException("expected a box [x0,y0,x1,y1] with x0 < x1 and y0 < y1, got " + box);
        }
        return new ImageBox(box.get(0), box.get(1), box.get(2), box.get(3));
    }

    private List<Double> numbers(String of) throws IOException, PromptSyntaxException {
        List<Double> numbers = new ArrayList<>();
        expect(JsonToken.START_ARRAY, "a list of numbers for a " + of);
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (!in.currentToken().isNumeric() || !Double.isFinite(in.getDoubleValue())) {
                throw new PromptSyntaxException(
                        "expected a list of numbers for a " + of + ", got '" + in.getText() + "'");
            }
            numbers.add(in.getDoubleValue());
        }
        return numbers;
    }

    private void expect(JsonToken wanted, String what) throws IOException, PromptSyntaxException {
        if (in.currentToken() != wanted) {
            throw new PromptSyntaxException("expected " + what + ", got '" + in.getText() + "'");
        }
    }

    private static PromptSyntaxException unknown(String name, String known) {
        return new PromptSyntaxException("expected " + known + ", got '" + name + "'");
    }
}
