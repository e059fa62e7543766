package org.samfast.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.samfast.file.AtomicFile;
import org.samfast.tensor.DType;
import org.samfast.tensor.Shape;

/**
 * Writes named tensors as a .safetensors file that appears whole or not at all. Memory does not grow with the tensors.
 */
public final class SafetensorsWriter {
    private static final int CHUNK = 1 << 20;
    private static final int ALIGNMENT = 8;
    private static final String METADATA = "__metadata__";
    private static final JsonFactory JSON = new JsonFactory();

    private SafetensorsWriter() {}

    /**
     * A tensor to write, row-major.
     *
     * @param data values in the order of the dtype; {@code unit} is how they lie in memory
     */
    public record Entry(String name, DType dtype, long[] shape, MemorySegment data, ValueLayout unit) {
        public Entry {
            if (name.equals(METADATA) || Shape.bytes(dtype, shape) != data.byteSize()) {
                throw new IllegalArgumentException("tensor '" + name + "' of " + Shape.bytes(dtype, shape)
                        + " bytes cannot be written from " + data.byteSize());
            }
        }

        /** An F32 tensor. */
        public static Entry floats(String name, long[] shape, float[] values) {
            return new Entry(name, DType.F32, shape, MemorySegment.ofArray(values), ValueLayout.JAVA_FLOAT_UNALIGNED);
        }

        /** A U8 tensor. */
        public static Entry bytes(String name, long[] shape, byte[] values) {
            return littleEndian(name, DType.U8, shape, MemorySegment.ofArray(values));
        }

        /** A tensor of any dtype whose bytes are already those of the file, such as a contiguous {@code Tensor.data()}. */
        public static Entry littleEndian(String name, DType dtype, long[] shape, MemorySegment data) {
            return new Entry(name, dtype, shape, data, ValueLayout.JAVA_BYTE);
        }
    }

    /**
     * Replaces {@code file}. The tensors lie in the given order, wider dtypes first, so that each is aligned.
     *
     * @throws IllegalArgumentException where two tensors have one name
     */
    public static void write(Path file, Map<String, String> metadata, List<Entry> entries) throws IOException {
        requireDistinctNames(entries);
        List<Entry> aligned = entries.stream()
                .sorted(Comparator.comparingInt((Entry entry) -> entry.dtype().bytes())
                        .reversed())
                .toList();
        AtomicFile.replace(file, temporary -> writeTo(temporary, header(metadata, aligned), aligned));
    }

    private static void requireDistinctNames(List<Entry> entries) {
        Set<String> names = new HashSet<>();
        for (Entry entry : entries) {
            if (!names.add(entry.name())) {
                throw new IllegalArgumentException("two tensors are named '" + entry.name() + "'");
            }
        }
    }

    private static void writeTo(Path file, byte[] header, List<Entry> entries) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            writeFully(channel, ByteBuffer.wrap(header));
            MemorySegment chunk = arena.allocate(CHUNK, Long.BYTES);
            for (Entry entry : entries) {
                writeData(channel, entry, chunk);
            }
            channel.force(true);
        }
    }

    private static void writeData(FileChannel channel, Entry entry, MemorySegment chunk) throws IOException {
        ValueLayout inFile = entry.unit().withOrder(ByteOrder.LITTLE_ENDIAN);
        for (long offset = 0; offset < entry.data().byteSize(); offset += CHUNK) {
            long bytes = Math.min(CHUNK, entry.data().byteSize() - offset);
            MemorySegment.copy(entry.data(), entry.unit(), offset, chunk, inFile, 0, bytes / inFile.byteSize());
            writeFully(channel, chunk.asSlice(0, bytes).asByteBuffer());
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Length and JSON, padded with spaces so that the data begins at a multiple of 8. */
    private static byte[] header(Map<String, String> metadata, List<Entry> entries) throws IOException {
        byte[] json = json(metadata, entries);
        int padding = -json.length & (ALIGNMENT - 1);
        ByteBuffer header =
                ByteBuffer.allocate(Long.BYTES + json.length + padding).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(json.length + padding).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    private static byte[] json(Map<String, String> metadata, List<Entry> entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(METADATA);
                for (Map.Entry<String, String> pair : metadata.entrySet()) {
                    json.writeStringField(pair.getKey(), pair.getValue());
                }
                json.writeEndObject();
            }
            long begin = 0;
            for (Entry entry : entries) {
                long end = begin + entry.data().byteSize();
                writeJson(json, entry, begin, end);
                begin = end;
            }
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    private static void writeJson(JsonGenerator json, Entry entry, long begin, long end) throws IOException {
        json.writeObjectFieldStart(entry.name());
        json.writeStringField("dtype", entry.dtype().name());
        json.writeFieldName("shape");
        json.writeArray(entry.shape(), 0, entry.shape().length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {begin, end}, 0, 2);
        json.writeEndObject();
    }
}
