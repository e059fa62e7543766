package org.samfast.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.tensor.Tensor;

/** Files written by torch, safetensors and numpy (testdata/golden/weights/make.py), against what torch reads back. */
class GoldenFilesTest {
    private static final Map<String, String> TORCH_DTYPES = Map.of(
            "F64",
            "float64",
            "F32",
            "float32",
            "F16",
            "float16",
            "BF16",
            "bfloat16",
            "I64",
            "int64",
            "I32",
            "int32",
            "I16",
            "int16",
            "I8",
            "int8",
            "U8",
            "uint8",
            "BOOL",
            "bool");

    private static JsonNode expected() throws IOException {
        return new ObjectMapper()
                .readTree(TestData.GOLDEN.resolve("expected.json").toFile())
                .get("files");
    }

    static Stream<String> files() {
        return Stream.of(
                "zip.pth",
                "zip64.pth",
                "legacy.pth",
                "legacy_shared.pth",
                "legacy_view.pth",
                "wrapped_model.pth",
                "wrapped_state_dict.pth",
                "protocol4.pth",
                "plain.safetensors");
    }

    @ParameterizedTest
    @MethodSource("files")
    void tensorsAreThoseOfTorch(String name) throws IOException {
        JsonNode tensors = expected().get(name);
        try (TensorFile file = TensorFile.open(TestData.GOLDEN.resolve(name))) {
            assertThat(file.tensors().keySet()).containsExactlyInAnyOrderElementsOf(() -> tensors.fieldNames());
            file.tensors().forEach((key, tensor) -> assertSame(key, tensor, tensors.get(key)));
        }
    }

    private static void assertSame(String name, Tensor tensor, JsonNode torch) {
        assertThat(TORCH_DTYPES.get(tensor.dtype().name()))
                .as(name)
                .isEqualTo(torch.get("dtype").asText());
        assertThat(tensor.shape()).as(name).containsExactly(longs(torch.get("shape")));
        assertThat(tensor.strides()).as(name).containsExactly(longs(torch.get("stride")));
        float[] values = tensor.toFloats();
        int[] bits = IntStream.range(0, values.length)
                .map(i -> Float.floatToRawIntBits(values[i]))
                .toArray();
        int[] want = IntStream.range(0, torch.get("bits").size())
                .map(i -> torch.get("bits").get(i).asInt())
                .toArray();
        assertThat(bits).as(name).containsExactly(want);
    }

    private static long[] longs(JsonNode numbers) {
        return IntStream.range(0, numbers.size())
                .mapToLong(i -> numbers.get(i).asLong())
                .toArray();
    }

    @Test
    void formatsAreNamed() throws IOException {
        assertThat(format("zip.pth")).isEqualTo("PyTorch zip");
        assertThat(format("legacy.pth")).isEqualTo("PyTorch pickle (before 1.6)");
        assertThat(format("plain.safetensors")).isEqualTo("safetensors");
    }

    private static String format(String name) throws IOException {
        try (TensorFile file = TensorFile.open(TestData.GOLDEN.resolve(name))) {
            return file.format();
        }
    }

    @Test
    void metadataIsRead() throws IOException {
        try (TensorFile file = TensorFile.open(TestData.GOLDEN.resolve("plain.safetensors"))) {
            assertThat(file.metadata()).isEqualTo(Map.of("format", "pt", "note", "made by make.py"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"array.npy", "array_v2.npy"})
    void arraysAreThoseOfNumpy(String name) throws IOException {
        Path file = TestData.GOLDEN.resolve(name);
        assertSame(name, NpyReader.read(file), expected().get("array.npy").get("array"));
    }
}
