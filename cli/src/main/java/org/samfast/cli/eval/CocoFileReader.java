package org.samfast.cli.eval;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.input.JsonFault;
import org.samfast.image.Size;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;

/** Reads the images and annotations of a COCO file as a stream; what an evaluation does not need is skipped. */
public final class CocoFileReader {
    private final Path file;
    private final JsonParser in;
    private final boolean needsShapes;
    private final Map<Long, CocoImage> images = new LinkedHashMap<>();
    private final Map<Long, List<CocoAnnotation>> annotations = new LinkedHashMap<>();

    private CocoFileReader(Path file, JsonParser in, boolean needsShapes) {
        this.file = file;
        this.in = in;
        this.needsShapes = needsShapes;
    }

    /**
     * The images of a COCO file that have annotations, in its order.
     *
     * @throws IOException where it cannot be read or is not a COCO file
     */
    public static List<CocoImage> read(Path file) throws IOException {
        return read(file, true);
    }

    /** The same for a file of boxes: annotations may lack a segmentation, which is then empty. */
    public static List<CocoImage> readBoxes(Path file) throws IOException {
        return read(file, false);
    }

    private static List<CocoImage> read(Path file, boolean needsShapes) throws IOException {
        try (JsonParser in = new JsonFactory().createParser(Files.newInputStream(file))) {
            return new CocoFileReader(file, in, needsShapes).read();
        } catch (JsonProcessingException e) {
            throw new CocoException(
                    file + ", line " + e.getLocation().getLineNr() + ": not a COCO file: " + JsonFault.of(e), e);
        }
    }

    private List<CocoImage> read() throws IOException {
        expect(in.nextToken(), JsonToken.START_OBJECT);
        fields(name -> {
            switch (name) {
                case "images" -> elements(this::image);
                case "annotations" -> elements(this::annotation);
                default -> in.skipChildren();
            }
        });
        if (images.isEmpty() || annotations.isEmpty()) {
            throw new CocoException(file + ": expected a COCO file with images and annotations, got " + images.size()
                    + " images and " + annotations.size() + " annotated ones");
        }
        return annotated();
    }

    private List<CocoImage> annotated() throws CocoException {
        for (Map.Entry<Long, List<CocoAnnotation>> entry : annotations.entrySet()) {
            CocoImage image = images.get(entry.getKey());
            if (image == null) {
                throw new CocoException(
                        file + ": annotation " + entry.getValue().getFirst().id() + " is of image " + entry.getKey()
                                + ", which is not among its images");
            }
            image.annotations().addAll(entry.getValue());
        }
        return images.values().stream()
                .filter(image -> !image.annotations().isEmpty())
                .toList();
    }

    private void image() throws IOException {
        Image read = new Image();
        fields(name -> {
            switch (name) {
                case "id" -> read.id = in.getLongValue();
                case "file_name" -> read.fileName = in.getText();
                case "width" -> read.width = in.getIntValue();
                case "height" -> read.height = in.getIntValue();
                default -> in.skipChildren();
            }
        });
        if (read.fileName == null || read.width < 1 || read.height < 1) {
            throw wrong("image " + read.id + " needs file_name, width and height");
        }
        Size size = new Size(read.width, read.height);
        images.put(read.id, new CocoImage(read.id, read.fileName, size, new ArrayList<>()));
    }

    private void annotation() throws IOException {
        Annotation read = new Annotation();
        fields(name -> {
            switch (name) {
                case "id" -> read.id = in.getLongValue();
                case "image_id" -> read.imageId = in.getLongValue();
                case "point" -> read.point = point();
                case "bbox" -> read.box = box();
                case "segmentation" -> read.shape = new CocoShapeReader(in).read();
                case "ref_iou" -> read.referenceIou = referenceIou();
                default -> in.skipChildren();
            }
        });
        CocoShape shape = read.shape == null && !needsShapes ? new CocoShape.Polygons(List.of()) : read.shape;
        if (shape == null) {
            throw wrong("annotation " + read.id + " has no segmentation");
        }
        annotations
                .computeIfAbsent(read.imageId, _ -> new ArrayList<>())
                .add(new CocoAnnotation(read.id, read.point, read.box, shape, read.referenceIou));
    }

    private ImagePoint point() throws IOException {
        List<Double> xy = numbers();
        if (xy.size() != 2) {
            throw wrong("point: expected [x,y], got " + xy);
        }
        return new ImagePoint(xy.get(0), xy.get(1), true);
    }

    private @Nullable ImageBox box() throws IOException {
        List<Double> box = numbers();
        if (box.size() != 4) {
            throw wrong("bbox: expected [x,y,width,height], got " + box);
        }
        boolean empty = !(box.get(2) > 0 && box.get(3) > 0);
        return empty ? null : new ImageBox(box.get(0), box.get(1), box.get(0) + box.get(2), box.get(1) + box.get(3));
    }

    private Map<PromptKind, Double> referenceIou() throws IOException {
        List<Double> numbers = numbers();
        Map<PromptKind, Double> iou = new EnumMap<>(PromptKind.class);
        for (PromptKind kind : PromptKind.values()) {
            if (iou.size() == numbers.size()) {
                throw wrong("ref_iou: expected 4 numbers, got " + numbers);
            }
            iou.put(kind, numbers.get(iou.size()));
        }
        return iou;
    }

    private List<Double> numbers() throws IOException {
        List<Double> numbers = new ArrayList<>();
        elements(() -> numbers.add(in.getDoubleValue()));
        return numbers;
    }

    private void fields(Field read) throws IOException {
        expect(in.currentToken(), JsonToken.START_OBJECT);
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            read.value(name);
        }
    }

    private void elements(Element read) throws IOException {
        expect(in.currentToken(), JsonToken.START_ARRAY);
        while (in.nextToken() != JsonToken.END_ARRAY) {
            read.value();
        }
    }

    private void expect(@Nullable JsonToken got, JsonToken wanted) throws CocoException {
        if (got != wanted) {
            throw wrong("expected " + wanted + ", got " + (got == null ? "the end of the file" : got));
        }
    }

    private CocoException wrong(String what) {
        return new CocoException(file + ", line " + in.currentLocation().getLineNr() + ": not a COCO file: " + what);
    }

    @FunctionalInterface
    private interface Field {
        void value(String name) throws IOException;
    }

    @FunctionalInterface
    private interface Element {
        void value() throws IOException;
    }

    private static final class Image {
        long id;

        @Nullable
        String fileName;

        int width;
        int height;
    }

    private static final class Annotation {
        long id;
        long imageId;

        @Nullable
        ImagePoint point;

        @Nullable
        ImageBox box;

        @Nullable
        CocoShape shape;

        Map<PromptKind, Double> referenceIou = Map.of();
    }
}
