package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.samfast.everything.AutomaticMask;
import org.samfast.everything.AutomaticMasks;
import org.samfast.mask.RunLength;

/**
 * The records of everything mode as JSON: what Segment Anything's {@code scripts/amg.py --convert-to-rle} writes.
 * {@code pycocotools.mask.decode(record["segmentation"])} reads the masks.
 */
final class AutomaticMasksJson {
    private final JsonGenerator json;
    private final MaskMetadata metadata;

    private AutomaticMasksJson(JsonGenerator json, MaskMetadata metadata) {
        this.json = json;
        this.metadata = metadata;
    }

    static void write(JsonGenerator json, AutomaticMasks found) throws IOException {
        AutomaticMasksJson records = new AutomaticMasksJson(json, new MaskMetadata(found));
        json.writeStartArray();
        for (AutomaticMask mask : found.masks()) {
            records.write(mask);
        }
        json.writeEndArray();
    }

    private void write(AutomaticMask mask) throws IOException {
        json.writeStartObject();
        segmentation(mask.segmentation());
        json.writeNumberField("area", mask.area());
        array("bbox", metadata.box(mask));
        number("predicted_iou", mask.predictedIou());
        json.writeArrayFieldStart("point_coords");
        array(metadata.point(mask));
        json.writeEndArray();
        number("stability_score", mask.stabilityScore());
        array("crop_box", metadata.crop(mask));
        json.writeEndObject();
    }

    private void segmentation(RunLength runs) throws IOException {
        json.writeObjectFieldStart("segmentation");
        json.writeFieldName("size");
        json.writeArray(new int[] {runs.size().height(), runs.size().width()}, 0, 2);
        json.writeStringField("counts", runs.compressed());
        json.writeEndObject();
    }

    private void number(String field, double value) throws IOException {
        json.writeFieldName(field);
        json.writeRawValue(Double.isNaN(value) ? "NaN" : PythonFloat.text(value)); // as Python's json writes it
    }

    private void array(String field, List<String> numbers) throws IOException {
        json.writeFieldName(field);
        array(numbers);
    }

    private void array(List<String> numbers) throws IOException {
        json.writeStartArray();
        for (String number : numbers) {
            json.writeRawValue(number);
        }
        json.writeEndArray();
    }
}
