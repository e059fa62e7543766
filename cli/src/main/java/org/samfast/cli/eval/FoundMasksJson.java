package org.samfast.cli.eval;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import org.samfast.image.Size;

/** The masks of an evaluation as records like COCO's results, one per annotation and kind of prompt. */
public final class FoundMasksJson {
    private FoundMasksJson() {}

    public static void write(OutputStream out, List<AnnotationScore> scores) throws IOException {
        try (JsonGenerator json =
                new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            json.writeStartArray();
            for (AnnotationScore score : scores) {
                for (Map.Entry<PromptKind, AnnotationScore.Found> found :
                        score.found().entrySet()) {
                    json.writeRaw('\n');
                    record(json, score, found.getKey(), found.getValue());
                }
            }
            json.writeEndArray();
            json.writeRaw('\n');
        }
    }

    private static void record(JsonGenerator json, AnnotationScore score, PromptKind kind, AnnotationScore.Found found)
            throws IOException {
        Size size = found.runs().size();
        json.writeStartObject();
        json.writeNumberField("image_id", score.imageId());
        json.writeNumberField("annotation_id", score.annotation());
        json.writeStringField("prompt", kind.key());
        json.writeNumberField("score", found.quality());
        json.writeObjectFieldStart("segmentation");
        json.writeFieldName("size");
        json.writeArray(new int[] {size.height(), size.width()}, 0, 2);
        json.writeStringField("counts", found.runs().compressed());
        json.writeEndObject();
        json.writeEndObject();
    }
}
