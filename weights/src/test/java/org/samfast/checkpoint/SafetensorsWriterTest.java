package org.samfast.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.checkpoint.SafetensorsWriter.Entry;
import org.samfast.tensor.DType;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    /** The layout by hand, from the format's description. */
    @Test
    void layout() throws IOException {
        Path file = folder.resolve("two.safetensors");
        SafetensorsWriter.write(
                file,
                Map.of("source", "test"),
                List.of(
                        Entry.bytes("mask", new long[] {3}, new byte[] {1, 2, 3}),
                        Entry.floats("a", new long[] {1, 2}, new float[] {1, -2})));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) bytes.getLong();
        byte[] header = new byte[length];
        bytes.get(header);
        assertThat(length % 8).isZero();
        assertThat(new String(header, StandardCharsets.UTF_8).stripTrailing())
                .isEqualTo("{\"__metadata__\":{\"source\":\"test\"},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
                        + "\"mask\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]}}");
        assertThat(bytes.getFloat()).isEqualTo(1);
        assertThat(bytes.getFloat()).isEqualTo(-2);
        assertThat(bytes.slice().remaining()).isEqualTo(3);
    }

    @Test
    void readsBackWhatPassesSeveralChunks() throws IOException {
        float[] values = new float[1_000_003];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Path file = folder.resolve("long.safetensors");
        SafetensorsWriter.write(
                file,
                Map.of(),
                List.of(
                        Entry.floats("values", new long[] {values.length}, values),
                        Entry.littleEndian(
                                "half", DType.F16, new long[] {1}, MemorySegment.ofArray(new byte[] {0, 0x3c}))));
        try (TensorFile read = TensorFile.open(file);
                Arena arena = Arena.ofConfined()) {
            assertThat(read.tensor("values").toFloats()).isEqualTo(values);
            assertThat(read.tensor("half").toFloats()).containsExactly(1);
            assertThat(read.tensor("values").toFloatSegment(arena).maxByteAlignment())
                    .isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void saysWhichTensorIsNotThere() throws IOException {
        Path file = folder.resolve("other.safetensors");
        SafetensorsWriter.write(file, Map.of(), List.of(Entry.bytes("other", new long[] {1}, new byte[1])));
        try (TensorFile read = TensorFile.open(file)) {
            assertThatThrownBy(() -> read.tensor("mask_input"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessage(file + ": expected a tensor 'mask_input', found 1 tensor: 'other'");
        }
    }

    @Test
    void replacesAndLeavesNothingBehind() throws IOException {
        Path file = Files.writeString(folder.resolve("old.safetensors"), "old");
        SafetensorsWriter.write(file, Map.of(), List.of(Entry.floats("a", new long[] {}, new float[] {3})));
        try (TensorFile read = TensorFile.open(file);
                Stream<Path> files = Files.list(folder)) {
            assertThat(read.tensor("a").toFloats()).containsExactly(3);
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void failsWithoutTouchingTheTarget() throws IOException {
        Path target = Files.createDirectory(folder.resolve("target"));
        Files.writeString(target.resolve("kept"), "kept");
        assertThatThrownBy(() -> SafetensorsWriter.write(target, Map.of(), List.of()))
                .isInstanceOf(IOException.class);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(target);
        }
    }

    @Test
    void refusesWhatNoReaderWouldAccept() {
        Path file = folder.resolve("refused.safetensors");
        Entry a = Entry.floats("a", new long[] {1}, new float[1]);
        assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), List.of(a, a)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two tensors are named 'a'");
        assertThatThrownBy(() -> Entry.floats("b", new long[] {2}, new float[1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("8 bytes cannot be written from 4");
        assertThat(file).doesNotExist();
    }
}
