package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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

    /** Writes the file of an image. */
    static void write(ImageResult image) throws OutputException {
        OutputFile.write(
                image.names().file(OutputFormat.JSON), out -> JsonText.indented(out, json -> write(json, image)));
    }

    /** Writes the object. */
    public static void write(JsonGenerator json, ImageResult image) throws IOException {
        new ResultJson(json).image(image);
    }

    /** Writes the object of an image that failed: its name and the error. */
    public static void writeError(JsonGenerator json, Path image, String error) throws IOException {
        json.writeStartObject();
        json.writeStringField("image", image.toString());
        json.writeStringField("error", error);
        json.writeEndObject();
    }

    private void image(ImageResult image) throws IOException {
        json.writeStartObject();
        json.writeStringField("image", image.file().toString());
        json.writeNumberField("width", image.size().width());
        json.writeNumberField("height", image.size().height());
        json.writeStringField("model", image.origin().model());
        json.writeStringField("weights", image.origin().weights());
        json.writeStringField("backend", image.origin().backend());
        json.writeArrayFieldStart("objects");
        for (int i = 0; i < image.prompts().size(); i++) {
            int object = i;
            List<MaskResult> masks = image.masks().stream()
                    .filter(mask -> mask.scored().prompt() == object)
                    .toList();
            object(image.prompts().get(i), masks, image.names());
        }
        json.writeEndArray();
        files(image.names());
        json.writeEndObject();
    }

    private void object(Prompt prompt, List<MaskResult> masks, OutputNames names) throws IOException {
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
        for (MaskResult mask : masks) {
            mask(mask, names);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void mask(MaskResult mask, OutputNames names) throws IOException {
        json.writeStartObject();
        json.writeNumberField("output", mask.scored().output());
        json.writeNumberField("predicted_iou", mask.scored().quality());
        json.writeStringField("class", mask.category());
        json.writeNumberField("area", mask.area());
        json.writeFieldName("bbox");
        cocoBox(json, mask.box());
        for (OutputFormat format : names.formats()) {
            if (format.scope() == OutputFormat.Scope.MASK) {
                json.writeStringField(
                        format.toString(), names.file(format, mask.scored()).toString());
            }
        }
        json.writeEndObject();
    }

    /** Those that are not of one mask, by their format. */
    private void files(OutputNames names) throws IOException {
        for (OutputFormat format : names.formats()) {
            if (format.scope() != OutputFormat.Scope.MASK) {
                json.writeStringField(format.toString(), names.file(format).toString());
            }
        }
        if (names.formats().contains(OutputFormat.YOLO)) {
            json.writeStringField(
                    "classes", names.folder().resolve(YoloWriter.CLASSES).toString());
        }
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
}
