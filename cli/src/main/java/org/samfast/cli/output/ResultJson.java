package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.mask.MaskBox;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/** One image's result as a JSON object: what {@code --format json} writes and {@code --json} prints. */
public final class ResultJson {
    private final JsonGenerator json;

    private ResultJson(JsonGenerator json) {
        this.json = json;
    }

    /** Writes the object. */
    public static void write(JsonGenerator json, WrittenImage image) throws IOException {
        new ResultJson(json).image(image);
    }

    /** Writes the object of an image that failed: its name and the error. */
    public static void writeError(JsonGenerator json, Path image, String error) throws IOException {
        json.writeStartObject();
        json.writeStringField("image", image.toString());
        json.writeStringField("error", error);
        json.writeEndObject();
    }

    private void image(WrittenImage image) throws IOException {
        json.writeStartObject();
        json.writeStringField("image", image.image().toString());
        json.writeNumberField("width", image.size().width());
        json.writeNumberField("height", image.size().height());
        json.writeStringField("model", image.model());
        json.writeStringField("weights", image.weights());
        json.writeStringField("backend", image.backend());
        json.writeArrayFieldStart("objects");
        for (int i = 0; i < image.prompts().size(); i++) {
            int object = i;
            List<WrittenMask> masks = image.masks().stream()
                    .filter(mask -> mask.mask().prompt() == object)
                    .toList();
            object(image.prompts().get(i), masks);
        }
        json.writeEndArray();
        file("overlay", image.overlay());
        file("rle", image.rle());
        json.writeEndObject();
    }

    private void object(Prompt prompt, List<WrittenMask> masks) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("points");
        for (ImagePoint point : prompt.points()) {
            array(point.x(), point.y(), point.foreground() ? 1 : 0);
        }
        json.writeEndArray();
        ImageBox box = prompt.box();
        if (box != null) {
            json.writeFieldName("box");
            array(box.x0(), box.y0(), box.x1(), box.y1());
        }
        json.writeBooleanField("mask_input", prompt.mask() != null);
        json.writeArrayFieldStart("masks");
        for (WrittenMask mask : masks) {
            mask(mask);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void mask(WrittenMask mask) throws IOException {
        json.writeStartObject();
        json.writeNumberField("output", mask.mask().output());
        json.writeNumberField("predicted_iou", mask.mask().quality());
        json.writeNumberField("area", mask.area());
        json.writeFieldName("bbox");
        cocoBox(json, mask.box());
        file("png", mask.png());
        file("logits", mask.logits());
        json.writeEndObject();
    }

    /** COCO's form of a box: left, top, width, height. */
    static void cocoBox(JsonGenerator json, MaskBox box) throws IOException {
        json.writeArray(new int[] {box.x(), box.y(), box.width(), box.height()}, 0, 4);
    }

    private void array(double... values) throws IOException {
        json.writeStartArray();
        for (double value : values) {
            number(json, value);
        }
        json.writeEndArray();
    }

    /** Whole numbers without a fraction. */
    static void number(JsonGenerator json, double value) throws IOException {
        if (value == Math.rint(value)) {
            json.writeNumber((long) value);
        } else {
            json.writeNumber(value);
        }
    }

    private void file(String field, @Nullable Path file) throws IOException {
        if (file != null) {
            json.writeStringField(field, file.toString());
        }
    }
}
