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
     * @param name unique in the file
     * @param dtype element type in the file
     * @param shape dimensions, outermost first; empty for a scalar
     * @param data values in the order of the dtype, as many as the shape has
     * @param unit {@link ValueLayout} of the numbers in memory, whose byte order is turned to the file's
     */
    public record Entry(String name, DType dtype, long[] shape, MemorySegment data, ValueLayout unit) {
        /** IllegalArgumentException where the data is not as long as dtype and shape say, or the name is that of the metadata. */
        public Entry {
            if (name.equals(METADATA) || Shape.bytes(dtype, shape) != data.byteSize()) {
                throw new IllegalArgumentException("tensor '" + name + "' of " + Shape.bytes(dtype, shape)
                        + " bytes cannot be written from " + data.byteSize());
            }
        }

        /**
         * {@return an F32 tensor}
         *
         * @param name unique in the file
         * @param shape dimensions, outermost first
         * @param values row-major, not copied
         */
        public static Entry floats(String name, long[] shape, float[] values) {
            return new Entry(name, DType.F32, shape, MemorySegment.ofArray(values), ValueLayout.JAVA_FLOAT_UNALIGNED);
        }

        /**
         * {@return a U8 tensor}
         *
         * @param name unique in the file
         * @param shape dimensions, outermost first
         * @param values row-major, not copied
         */
        public static Entry bytes(String name, long[] shape, byte[] values) {
            return littleEndian(name, DType.U8, shape, MemorySegment.ofArray(values));
        }

        /**
         * {@return a tensor of any dtype whose bytes are already those of the file, such as a contiguous {@code
         * Tensor.data()}}
         *
         * @param name unique in the file
         * @param dtype element type
         * @param shape dimensions, outermost first
         * @param data row-major
         */
        public static Entry littleEndian(String name, DType dtype, long[] shape, MemorySegment data) {
            return new Entry(name, dtype, shape, data, ValueLayout.JAVA_BYTE);
        }
    }

    /**
     * A tensor that is to be written: its place in the file follows from these.
     *
     * @param name unique in the file
     * @param dtype element type
     * @param shape dimensions, outermost first
     */
    public record Spec(String name, DType dtype, long[] shape) {
        /** IllegalArgumentException where the name is that of the metadata. */
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
        /**
         * Writes a tensor that was announced, in any order, from any thread, one at a time.
         *
         * @param entry of the name, dtype and shape of a {@link Spec}; its data is free to be used again afterwards
         * @throws IOException where the file cannot be written
         */
        void put(Entry entry) throws IOException;
    }

    /** Makes the tensors of a file one after the other, so that they need not be in memory together. */
    @FunctionalInterface
    public interface Filler {
        /**
         * Puts every tensor once.
         *
         * @param sink takes the tensors
         * @return the file's metadata, which takes as many bytes as was announced
         * @throws IOException where a tensor cannot be made or written
         */
        Map<String, String> fill(Sink sink) throws IOException;
    }

    /**
     * Replaces {@code file}. The tensors lie in the given order, wider dtypes first, so that each is aligned.
     *
     * @param file to replace
     * @param metadata strings for {@code __metadata__}
     * @param entries the tensors
     * @throws IllegalArgumentException where two tensors have one name
     * @throws IOException where the file cannot be written; what was there is still there then
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
     * @param file to replace
     * @param announced metadata of the same length as what {@code filler} gives in the end
     * @param specs the tensors to announce
     * @param filler makes them
     * @throws IllegalArgumentException where two tensors have one name
     * @throws IllegalStateException where {@code filler} does not give what was announced
     * @throws IOException where the file cannot be written or {@code filler} fails; what was there is still there then
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
