package org.samfast.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.samfast.checkpoint.SafetensorsWriter.Entry;
import org.samfast.checkpoint.SafetensorsWriter.Spec;

/** Where the tensors of a .safetensors file lie, wider dtypes first, and the header that says so. */
final class SafetensorsLayout {
    private static final int ALIGNMENT = 8;
    private static final JsonFactory JSON = new JsonFactory();

    private record Place(Spec spec, long begin) {}

    private final Map<String, Place> places = new LinkedHashMap<>();

    static SafetensorsLayout of(List<Spec> specs) {
        SafetensorsLayout layout = new SafetensorsLayout();
        long begin = 0;
        for (Spec spec : specs.stream()
                .sorted(Comparator.comparingInt((Spec spec) -> spec.dtype().bytes())
                        .reversed())
                .toList()) {
            if (layout.places.put(spec.name(), new Place(spec, begin)) != null) {
                throw new IllegalArgumentException("two tensors are named '" + spec.name() + "'");
            }
            begin += spec.bytes();
        }
        return layout;
    }

    private SafetensorsLayout() {}

    /** Where a tensor's bytes begin within the data. */
    long offset(Entry entry) {
        Place place = places.get(entry.name());
        if (place == null
                || place.spec().dtype() != entry.dtype()
                || !Arrays.equals(place.spec().shape(), entry.shape())) {
            throw new IllegalStateException("tensor '" + entry.name() + "' was not announced so");
        }
        return place.begin();
    }

    void requireAll(Set<String> put) {
        if (!put.equals(places.keySet())) {
            throw new IllegalStateException(put.size() + " tensors were written of " + places.size());
        }
    }

    /** Length and JSON, padded with spaces so that the data begins at a multiple of 8. */
    byte[] header(Map<String, String> metadata) throws IOException {
        byte[] json = json(metadata);
        int padding = -json.length & (ALIGNMENT - 1);
        ByteBuffer header =
                ByteBuffer.allocate(Long.BYTES + json.length + padding).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(json.length + padding).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    private byte[] json(Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(SafetensorsWriter.METADATA);
                for (Map.Entry<String, String> pair : metadata.entrySet()) {
                    json.writeStringField(pair.getKey(), pair.getValue());
                }
                json.writeEndObject();
            }
            for (Place place : places.values()) {
                writeJson(json, place);
            }
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    private static void writeJson(JsonGenerator json, Place place) throws IOException {
        Spec spec = place.spec();
        json.writeObjectFieldStart(spec.name());
        json.writeStringField("dtype", spec.dtype().name());
        json.writeFieldName("shape");
        json.writeArray(spec.shape(), 0, spec.shape().length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {place.begin(), place.begin() + spec.bytes()}, 0, 2);
        json.writeEndObject();
    }
}
