package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads a COCO file as a stream: element by element of its lists. */
final class CocoElements {
    private CocoElements() {}

    /** What is done with an element of a list; it reads none or all of it. */
    @FunctionalInterface
    interface Each {
        void element(String list, Element element) throws IOException;
    }

    /** One object of a list: its fields as text of one line, the simple ones also by name. */
    static final class Element {
        private final JsonParser in;
        private final Map<String, String> simple = new HashMap<>();

        private Element(JsonParser in) {
            this.in = in;
        }

        /** Its JSON on one line, with the fields that are wanted. */
        String copy(Predicate<String> wanted) throws IOException {
            return JsonText.line(out -> {
                out.writeStartObject();
                fields(name -> {
                    if (wanted.test(name)) {
                        out.writeFieldName(name);
                        out.copyCurrentStructure(in);
                    } else {
                        in.skipChildren();
                    }
                });
                out.writeEndObject();
            });
        }

        /** Reads it without keeping more than the simple fields. */
        void skim() throws IOException {
            fields(_ -> in.skipChildren());
        }

        private void fields(Field value) throws IOException {
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                if (in.nextToken().isScalarValue()) {
                    simple.put(name, in.getText());
                }
                value.at(name);
            }
        }

        /** A field's text. */
        String text(String field) throws IOException {
            @Nullable String text = simple.get(field);
            if (text == null) {
                throw wrong(in, "expected " + field);
            }
            return text;
        }

        /** A field's whole number. */
        long number(String field) throws IOException {
            String text = text(field);
            if (!text.matches("-?\\d{1,18}")) {
                throw wrong(in, "expected a whole number as " + field + ", got '" + text + "'");
            }
            return Long.parseLong(text);
        }
    }

    @FunctionalInterface
    private interface Field {
        void at(String name) throws IOException;
    }

    /** Reads the simple fields of every element of images, annotations and categories. */
    static void read(JsonParser in, Each each) throws IOException {
        expect(in, in.nextToken(), JsonToken.START_OBJECT);
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            if (isList(name)) {
                elements(in, element -> {
                    element.skim();
                    each.element(name, element);
                });
            } else {
                in.skipChildren();
            }
        }
        expect(in, in.currentToken(), JsonToken.END_OBJECT);
    }

    /** Whether a field of the file is one of the lists that sam adds to. */
    static boolean isList(String name) {
        return name.equals("images") || name.equals("annotations") || name.equals("categories");
    }

    /** Goes through the list that the parser stands at. */
    static void elements(JsonParser in, OneElement each) throws IOException {
        expect(in, in.currentToken(), JsonToken.START_ARRAY);
        while (in.nextToken() != JsonToken.END_ARRAY) {
            expect(in, in.currentToken(), JsonToken.START_OBJECT);
            each.element(new Element(in));
        }
    }

    @FunctionalInterface
    interface OneElement {
        void element(Element element) throws IOException;
    }

    private static void expect(JsonParser in, @Nullable JsonToken got, JsonToken wanted) throws IOException {
        if (got != wanted) {
            throw wrong(in, "expected " + wanted + ", got " + (got == null ? "the end of the file" : got));
        }
    }

    private static IOException wrong(JsonParser in, String what) {
        return new IOException("it exists and is not a COCO file (line "
                + in.currentLocation().getLineNr() + ": " + what + "); choose another --out");
    }
}
