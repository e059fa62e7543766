package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
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

    static void write(ImageResult image) throws OutputException {
        OutputFile.write(
                image.names().file(OutputFormat.RLE), out -> JsonText.indented(out, json -> records(json, image)));
    }

    private static void records(JsonGenerator json, ImageResult image) throws IOException {
        json.writeStartArray();
        for (MaskResult mask : image.masks()) {
            record(json, image.prompts().get(mask.scored().prompt()), mask);
        }
        json.writeEndArray();
    }

    private static void record(JsonGenerator json, Prompt prompt, MaskResult mask) throws IOException {
        json.writeStartObject();
        measures(json, mask);
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

    /** The keys that the records here and the annotations of a COCO file share. */
    static void measures(JsonGenerator json, MaskResult result) throws IOException {
        BinaryMask mask = result.mask();
        json.writeObjectFieldStart("segmentation");
        json.writeFieldName("size");
        json.writeArray(new int[] {mask.size().height(), mask.size().width()}, 0, 2);
        json.writeStringField("counts", RunLength.of(mask).compressed());
        json.writeEndObject();
        json.writeNumberField("area", result.area());
        json.writeFieldName("bbox");
        ResultJson.cocoBox(json, result.box());
        json.writeNumberField("predicted_iou", result.scored().quality());
    }
}
