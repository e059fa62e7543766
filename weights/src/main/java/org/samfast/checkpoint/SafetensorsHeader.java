package org.samfast.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.samfast.tensor.DType;
import org.samfast.tensor.Shape;
import org.samfast.tensor.Tensor;

/**
 * Header of a .safetensors file: 8 bytes of length, then JSON that names every tensor's dtype, shape and place
 * (huggingface/safetensors, "Format"). The data must be covered exactly once: no overlap, no hole, no rest.
 */
final class SafetensorsHeader {
    private static final long LARGEST = 100_000_000;
    private static final int MOST_TENSORS = 100_000;
    private static final int MOST_DIMENSIONS = 8;
    private static final int LENGTH_BYTES = Long.BYTES;
    private static final String METADATA = "__metadata__";
    private static final String NUMBERS = "a list of up to " + MOST_DIMENSIONS + " numbers from 0";
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES) // names of tensors do not recur
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(4)
                    .maxNameLength(4096)
                    .maxNumberLength(20)
                    .build())
            .build();

    /** A tensor's entry: bytes {@code begin} to {@code end} of the data that follows the header. */
    private record Entry(String name, DType dtype, long[] shape, long begin, long end) {}

    private final MappedFile file;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();
    private long dataOffset;

    static SafetensorsHeader read(MappedFile file) throws CheckpointException {
        SafetensorsHeader header = new SafetensorsHeader(file);
        header.parse();
        header.requireExactCover();
        return header;
    }

    private SafetensorsHeader(MappedFile file) {
        this.file = file;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    /** The tensors, in the order of the header. */
    Map<String, Tensor> tensors(MappedFile file) {
        MemorySegment data = file.bytes().asSlice(dataOffset);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Entry entry : entries) {
            MemorySegment bytes = data.asSlice(entry.begin(), entry.end() - entry.begin());
            tensors.put(entry.name(), Tensor.rowMajor(entry.dtype(), entry.shape(), bytes));
        }
        return tensors;
    }

    private void parse() throws CheckpointException {
        ByteCursor cursor = new ByteCursor(file, "safetensors header", file.bytes());
        long length = cursor.i64();
        if (length < 2 || length > Math.min(LARGEST, cursor.remaining())) {
            throw file.bad("the safetensors header claims " + Long.toUnsignedString(length)
                    + " bytes, the file has " + cursor.remaining() + " after it and the limit is " + LARGEST
                    + "; the file is damaged or cut short: get it again from where it came from");
        }
        dataOffset = LENGTH_BYTES + length;
        byte[] json = cursor.slice(length).toArray(ValueLayout.JAVA_BYTE);
        try (JsonParser parser = JSON.createParser(json)) {
            parseObject(parser);
        } catch (CheckpointException e) {
            throw e;
        } catch (IOException e) {
            throw file.bad("the safetensors header is not valid: " + firstLine(e));
        }
    }

    /** Jackson's reason; its further lines say where, in terms of Java. */
    private static String firstLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("unreadable");
    }

    private void parseObject(JsonParser parser) throws IOException {
        require(parser.nextToken(), JsonToken.START_OBJECT, "an object of tensors", "the file");
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            require(parser.nextToken(), JsonToken.START_OBJECT, "an object", name);
            if (name.equals(METADATA)) {
                parseMetadata(parser);
            } else {
                entries.add(parseEntry(name, parser));
            }
            if (entries.size() > MOST_TENSORS) {
                throw file.bad("the safetensors header names more than " + MOST_TENSORS + " tensors");
            }
        }
        if (parser.nextToken() != null) {
            throw file.bad("the safetensors header goes on after its JSON object");
        }
    }

    private void parseMetadata(JsonParser parser) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            require(parser.nextToken(), JsonToken.VALUE_STRING, "text as metadata", key);
            metadata.put(key, parser.getText());
            if (metadata.size() > MOST_TENSORS) {
                throw file.bad("the safetensors header has more than " + MOST_TENSORS + " metadata entries");
            }
        }
    }

    private Entry parseEntry(String name, JsonParser parser) throws IOException {
        String dtype = "";
        long[] shape = {-1};
        long[] offsets = {};
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "dtype" -> dtype = text(name, parser);
                case "shape" -> shape = numbers(name, parser);
                case "data_offsets" -> offsets = numbers(name, parser);
                default -> throw bad(name, "has an unknown field " + MappedFile.quoted(field));
            }
        }
        return checked(name, dtype, shape, offsets);
    }

    private Entry checked(String name, String dtypeName, long[] shape, long[] offsets) throws CheckpointException {
        DType dtype = DType.named(dtypeName)
                .orElseThrow(() -> bad(name, "has dtype " + MappedFile.quoted(dtypeName) + ", which is not supported"));
        if (offsets.length != 2 || offsets[0] > offsets[1] || (shape.length == 1 && shape[0] < 0)) {
            throw bad(name, "lacks its shape or its two data_offsets in ascending order");
        }
        long expected = Shape.bytes(dtype, shape);
        if (expected != offsets[1] - offsets[0]) {
            throw bad(
                    name,
                    "needs " + (expected == Long.MAX_VALUE ? "more than 2^63" : expected) + " bytes for "
                            + dtype + " " + Arrays.toString(shape) + ", its data_offsets hold "
                            + (offsets[1] - offsets[0]));
        }
        return new Entry(name, dtype, shape, offsets[0], offsets[1]);
    }

    private String text(String name, JsonParser parser) throws IOException {
        require(parser.currentToken(), JsonToken.VALUE_STRING, "text as dtype", name);
        return parser.getText();
    }

    private long[] numbers(String name, JsonParser parser) throws IOException {
        require(parser.currentToken(), JsonToken.START_ARRAY, NUMBERS, name);
        List<Long> numbers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, NUMBERS, name);
            numbers.add(parser.getLongValue());
            if (numbers.getLast() < 0 || numbers.size() > MOST_DIMENSIONS) {
                throw bad(name, "needs " + NUMBERS);
            }
        }
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private void requireExactCover() throws CheckpointException {
        long covered = 0;
        for (Entry entry : entries.stream()
                .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
                .toList()) {
            if (entry.begin() != covered) {
                throw bad(
                        entry.name(),
                        "begins at byte " + entry.begin() + " of the data, "
                                + (entry.begin() < covered ? "inside" : "after a hole behind")
                                + " the tensor that ends at "
                                + covered);
            }
            covered = entry.end();
        }
        long data = file.size() - dataOffset;
        if (covered != data) {
            throw file.bad("the tensors need " + covered + " bytes of data, the file has " + data
                    + "; the file is damaged or cut short: get it again from where it came from");
        }
    }

    private void require(JsonToken got, JsonToken expected, String what, String name) throws CheckpointException {
        if (got != expected) {
            throw file.bad("the safetensors header needs " + what + " for " + MappedFile.quoted(name) + ", got " + got);
        }
    }

    private CheckpointException bad(String tensor, String sentence) {
        return file.bad("tensor " + MappedFile.quoted(tensor) + " " + sentence);
    }
}
