package org.samfast.convert;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.architecture.SamArchitecture;
import org.samfast.architecture.TensorCatalog;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.CheckpointException;
import org.samfast.checkpoint.SafetensorsWriter;
import org.samfast.checkpoint.SafetensorsWriter.Entry;
import org.samfast.checkpoint.TensorFile;
import org.samfast.packed.PackedLinear;
import org.samfast.tensor.DType;
import org.samfast.tensor.Shape;

class CheckpointConverterTest {
    /** MLPs of 50 channels: groups of four do not fill lin2's rows, and no size fills a tile. */
    private static final SamArchitecture ARCHITECTURE = SamArchitecture.of(40, 2, 2, 50, List.of(1));

    private static final String LIN1 = "image_encoder.blocks.0.mlp.lin1.weight";
    private static final String LIN2 = "image_encoder.blocks.0.mlp.lin2.weight";
    private static final String QKV = "image_encoder.blocks.1.attn.qkv.weight";

    @TempDir
    Path folder;

    private Path model(float spoiled) throws IOException {
        Random random = new Random(6);
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, long[]> tensor : TensorCatalog.of(ARCHITECTURE).entrySet()) {
            float[] values = new float[(int) Shape.elements(tensor.getValue())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            if (tensor.getKey().equals(LIN1)) {
                values[7] = spoiled;
            }
            entries.add(Entry.floats(tensor.getKey(), tensor.getValue(), values));
        }
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, Map.of(), entries);
        return file;
    }

    private ConversionReport convert(Path in, String out, WeightFormat format) throws IOException {
        try (Checkpoint source = Checkpoint.open(in)) {
            return CheckpointConverter.convert(
                    source, folder.resolve(out), ConversionOptions.to(format), (step, done, of) -> {});
        }
    }

    /** What a file stands for survives fp32, and the report's errors are those of the file. */
    @ParameterizedTest
    @EnumSource
    void toEveryFormatAndBack(WeightFormat format) throws IOException {
        ConversionReport report = convert(model(0), "packed.safetensors", format);
        convert(report.output(), "back.safetensors", WeightFormat.FP32);
        try (Checkpoint source = Checkpoint.open(folder.resolve("model.safetensors"));
                Checkpoint packed = Checkpoint.open(report.output());
                Checkpoint back = Checkpoint.open(folder.resolve("back.safetensors"))) {
            assertThat(back.packed()).isEmpty();
            assertThat(packed.ignored()).isEmpty();
            for (TensorReport tensor : report.tensors()) {
                float[] values = packed.tensor(tensor.name()).toFloats();
                assertThat(back.tensor(tensor.name()).toFloats())
                        .as(tensor.name())
                        .isEqualTo(values);
                ErrorSum error = new ErrorSum();
                error.add(source.tensor(tensor.name()).toFloats(), values, values.length);
                assertThat(tensor.relativeError()).as(tensor.name()).isCloseTo(error.relative(), within(1e-9));
                assertThat(tensor.keptEnergy()).as(tensor.name()).isCloseTo(error.keptEnergy(), within(1e-9));
            }
        }
    }

    @Test
    void whatIsPackedAndWhatIsNot() throws IOException {
        ConversionReport report = convert(model(0), "packed.safetensors", WeightFormat.INT8_SPARSE24);
        assertThat(report.metadata())
                .containsEntry("sam.precision", "int8-sparse24")
                .containsEntry("sam.layout", "1");
        try (Checkpoint packed = Checkpoint.open(report.output())) {
            assertThat(packed.packed()).hasSize(4 * ARCHITECTURE.depth());
            PackedLinear lin1 = requireNonNull(packed.packed().get(LIN1));
            assertThat(lin1.isSparse()).isTrue();
            assertThat(lin1.values().shape()).containsExactly(50, 64); // 40 columns padded to 128, half of them stored
            float[] dense = lin1.dense().toFloats();
            assertThat(TwoFourPruner.holds(dense)).isTrue();
            float[] scales = requireNonNull(lin1.scales()).toFloats();
            byte[] values = lin1.denseValues().toArray(ValueLayout.JAVA_BYTE);
            for (int i = 0; i < dense.length; i++) {
                assertThat(values[i] * scales[i / lin1.columns()]).isEqualTo(dense[i]);
            }
            assertThat(requireNonNull(packed.packed().get(QKV)).isSparse()).isFalse();
            assertThat(requireNonNull(packed.packed().get(LIN2)).isSparse()).isFalse();
        }
        assertThat(report.tensors())
                .filteredOn(tensor -> tensor.name().equals(LIN2))
                .singleElement()
                .satisfies(tensor ->
                        assertThat(tensor.whyNot()).hasValue("dense: groups of four do not fill its 50 columns"));
    }

    /** Of every four weights the two largest stay as they were, rounded. */
    @Test
    void pruningByMagnitude() {
        float[] weights = {1, -4, 2, 3, 0, 0, 0, 0, -1, 1, 1, -1, 0, 0, 5, 0};
        byte[] kept = TwoFourPruner.prune(weights, 1, Optional.empty());
        assertThat(weights).containsExactly(0, -4, 0, 3, 0, 0, 0, 0, -1, 1, 0, 0, 0, 0, 5, 0);
        assertThat(kept).containsExactly(0xd, 0x4, 0x4, 0x8);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY})
    void weightsThatAreNoNumbers(float spoiled) throws IOException {
        Path model = model(spoiled);
        for (WeightFormat format : WeightFormat.values()) {
            assertThatThrownBy(() -> convert(model, "out.safetensors", format))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith(model + ": tensor '" + LIN1 + "' holds " + spoiled + " at element 7");
        }
        assertOnlyModel();
    }

    @Test
    void valuesTooLargeForFp16() throws IOException {
        Path model = model(70000);
        assertThatThrownBy(() -> convert(model, "out.safetensors", WeightFormat.FP16))
                .hasMessageContaining("'" + LIN1 + "' has values past 65504");
        assertOnlyModel();
    }

    @Test
    void outputsThatAreThere() throws IOException {
        Path model = model(0);
        byte[] before = Files.readAllBytes(model);
        assertThatThrownBy(() -> convert(model, "model.safetensors", WeightFormat.BF16))
                .hasMessageContaining("would replace the checkpoint that is read");
        Path output = convert(model, "out.safetensors", WeightFormat.BF16).output();
        byte[] converted = Files.readAllBytes(output);
        assertThat(convert(model, "out.safetensors", WeightFormat.BF16).alreadyThere())
                .isTrue();
        assertThatThrownBy(() -> convert(model, "out.safetensors", WeightFormat.INT8))
                .hasMessageContaining("exists already and is not what this conversion makes of");
        assertThat(Files.readAllBytes(output)).isEqualTo(converted);
        assertThat(Files.readAllBytes(model)).isEqualTo(before);
        Files.writeString(output, "something else");
        assertThatThrownBy(() -> convert(model, "out.safetensors", WeightFormat.BF16))
                .hasMessageContaining("exists already");
    }

    @Test
    void aFailureOnTheWayLeavesNothing() throws IOException {
        Path model = model(0);
        try (Checkpoint source = Checkpoint.open(model)) {
            assertThatThrownBy(() -> CheckpointConverter.convert(
                            source,
                            folder.resolve("out.safetensors"),
                            ConversionOptions.to(WeightFormat.BF16),
                            (step, done, of) -> {
                                if (done == 100) {
                                    throw new IllegalStateException("stopped");
                                }
                            }))
                    .hasMessageContaining("stopped");
        }
        assertOnlyModel();
    }

    @Test
    void damagedPackedFiles() throws IOException {
        Path packed = convert(model(0), "packed.safetensors", WeightFormat.INT8_SPARSE24)
                .output();
        refused(
                packed,
                LIN1 + PackedLinear.METADATA,
                new int[2 * 128],
                "metadata names two columns that do not ascend");
        refused(packed, LIN1 + PackedLinear.SCALES, new float[50], "one of its scales is not a positive number");
        refused(packed, LIN1 + PackedLinear.SCALES, null, "is int8 and lacks its scales");
        refused(packed, LIN1 + PackedLinear.SCALES, new float[49], "should be F32 [50], got F32 [49]");
        refused(packed, null, null, "packed weights are in layout 'null', this version of sam reads layout 1");
    }

    /** Writes the file anew with one tensor replaced or left out, or without its metadata, and expects the sentence. */
    private void refused(Path packed, @Nullable String spoiled, @Nullable Object values, String sentence)
            throws IOException {
        Path file = folder.resolve("spoiled.safetensors");
        try (TensorFile source = TensorFile.open(packed)) {
            List<Entry> entries = new ArrayList<>();
            source.tensors().forEach((name, tensor) -> {
                if (!name.equals(spoiled)) {
                    entries.add(Entry.littleEndian(name, tensor.dtype(), tensor.shape(), tensor.data()));
                } else if (values instanceof int[] words) {
                    var data = MemorySegment.ofArray(words);
                    entries.add(new Entry(name, DType.I32, tensor.shape(), data, ValueLayout.JAVA_INT_UNALIGNED));
                } else if (values instanceof float[] floats) {
                    entries.add(Entry.floats(name, new long[] {floats.length}, floats));
                }
            });
            SafetensorsWriter.write(file, spoiled == null ? Map.of() : source.metadata(), entries);
        }
        assertThatThrownBy(() -> Checkpoint.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(sentence);
    }

    private void assertOnlyModel() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("model.safetensors");
        }
    }
}
