package org.samfast.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    static final String METADATA = "__metadata__";

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

    /** A tensor that is to be written: its place in the file follows from these. */
    public record Spec(String name, DType dtype, long[] shape) {
        public Spec {
            if (name.equals(METADATA)) {
                throw new IllegalArgumentException("no tensor can be named '" + name + "'");
            }
        }

        long bytes() {
            return Shape.bytes(dtype, shape);
        }
    }

    /** Takes tensors in any order and puts each at its place. */
    @FunctionalInterface
    public interface Sink {
        void put(Entry entry) throws IOException;
    }

    /** Makes the tensors of a file one after the other, so that they need not be in memory together. */
    @FunctionalInterface
    public interface Filler {
        /** Puts every tensor once; gives the file's metadata, which takes as many bytes as was announced. */
        Map<String, String> fill(Sink sink) throws IOException;
    }

    /**
     * Replaces {@code file}. The tensors lie in the given order, wider dtypes first, so that each is aligned.
     *
     * @throws IllegalArgumentException where two tensors have one name
     */
    public static void write(Path file, Map<String, String> metadata, List<Entry> entries) throws IOException {
        List<Spec> specs = entries.stream()
                .map(entry -> new Spec(entry.name(), entry.dtype(), entry.shape()))
                .toList();
        write(file, metadata, specs, sink -> {
            for (Entry entry : entries) {
                sink.put(entry);
            }
            return metadata;
        });
    }

    /**
     * Replaces {@code file} by tensors that are made while it is written.
     *
     * @param announced metadata of the same length as what {@code filler} gives in the end
     * @throws IllegalArgumentException where two tensors have one name
     * @throws IllegalStateException where {@code filler} does not give what was announced
     */
    public static void write(Path file, Map<String, String> announced, List<Spec> specs, Filler filler)
            throws IOException {
        SafetensorsLayout layout = SafetensorsLayout.of(specs);
        int length = layout.header(announced).length;
        AtomicFile.replace(file, temporary -> {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                byte[] header = layout.header(fill(channel, layout, length, filler));
                if (header.length != length) {
                    throw new IllegalStateException("header of " + header.length + " bytes, announced " + length);
                }
                writeFully(channel, ByteBuffer.wrap(header), 0);
                channel.force(true);
            }
        });
    }

    private static Map<String, String> fill(FileChannel channel, SafetensorsLayout layout, int header, Filler filler)
            throws IOException {
        Set<String> put = new HashSet<>();
        try (Arena arena = Arena.ofShared()) { // tensors come from several threads, one at a time
            MemorySegment chunk = arena.allocate(CHUNK, Long.BYTES);
            Map<String, String> metadata = filler.fill(entry -> {
                writeData(channel, entry, header + layout.offset(entry), chunk);
                put.add(entry.name());
            });
            layout.requireAll(put);
            return metadata;
        }
    }

    private static void writeData(FileChannel channel, Entry entry, long position, MemorySegment chunk)
            throws IOException {
        ValueLayout inFile = entry.unit().withOrder(ByteOrder.LITTLE_ENDIAN);
        for (long offset = 0; offset < entry.data().byteSize(); offset += CHUNK) {
            long bytes = Math.min(CHUNK, entry.data().byteSize() - offset);
            MemorySegment.copy(entry.data(), entry.unit(), offset, chunk, inFile, 0, bytes / inFile.byteSize());
            writeFully(channel, chunk.asSlice(0, bytes).asByteBuffer(), position + offset);
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }
}
