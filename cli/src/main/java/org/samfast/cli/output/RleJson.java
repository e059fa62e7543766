package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.RunLength;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/**
 * Masks as a list of records with compressed COCO run lengths, keys as in the output of Segment Anything's
 * {@code scripts/amg.py --convert-to-rle}; {@code pycocotools.mask.decode(record["segmentation"])} reads them.
 */
final class RleJson {
    private RleJson() {}

    static void write(JsonGenerator json, List<Prompt> prompts, List<WrittenMask> masks) throws IOException {
        json.writeStartArray();
        for (WrittenMask mask : masks) {
            record(json, prompts.get(mask.mask().prompt()), mask);
        }
        json.writeEndArray();
    }

    private static void record(JsonGenerator json, Prompt prompt, WrittenMask written) throws IOException {
        BinaryMask mask = written.mask().mask();
        json.writeStartObject();
        json.writeObjectFieldStart("segmentation");
        json.writeFieldName("size");
        json.writeArray(new int[] {mask.size().height(), mask.size().width()}, 0, 2);
        json.writeStringField("counts", RunLength.of(mask).compressed());
        json.writeEndObject();
        json.writeNumberField("area", written.area());
        json.writeFieldName("bbox");
        ResultJson.cocoBox(json, written.box());
        json.writeNumberField("predicted_iou", written.mask().quality());
        json.writeArrayFieldStart("point_coords");
        for (ImagePoint point : prompt.points()) {
            json.writeStartArray();
            ResultJson.number(json, point.x());
            ResultJson.number(json, point.y());
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
