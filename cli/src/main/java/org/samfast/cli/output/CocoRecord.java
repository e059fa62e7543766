package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a journal's line says of an image.
 *
 * @param fileName as the COCO file is to have it
 */
record CocoRecord(String fileName, long width, long height, List<Annotation> annotations) {
    /** The name of an annotation's category, which has no id yet. */
    static final String CATEGORY = "category";

    /** @param fields the annotation's JSON object without ids and category */
    record Annotation(String category, String fields) {}

    static CocoRecord parse(String line) throws IOException {
        String fileName = "";
        long width = 0;
        long height = 0;
        List<Annotation> annotations = new ArrayList<>();
        try (JsonParser in = JsonText.parser(line)) {
            in.nextToken();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                in.nextToken();
                switch (name) {
                    case "file_name" -> fileName = in.getText();
                    case "width" -> width = in.getLongValue();
                    case "height" -> height = in.getLongValue();
                    default -> CocoElements.elements(in, element -> annotations.add(annotation(element)));
                }
            }
        }
        return new CocoRecord(fileName, width, height, annotations);
    }

    private static Annotation annotation(CocoElements.Element element) throws IOException {
        String fields = element.copy(name -> !name.equals(CATEGORY));
        return new Annotation(element.text(CATEGORY), fields);
    }
}
