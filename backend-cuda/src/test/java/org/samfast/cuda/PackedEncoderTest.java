package org.samfast.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.KernelSet;
import org.samfast.backend.Precision;
import org.samfast.backend.Tuning;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.convert.Calibration;
import org.samfast.convert.CheckpointConverter;
import org.samfast.convert.ConversionOptions;
import org.samfast.convert.LinearInputs;
import org.samfast.convert.SparseLayers;
import org.samfast.convert.WeightFormat;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.kernel.GpuArrays;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;

/** The encoder on packed weights against the same encoder on their dense equivalents, in fp32. */
@Tag("gpu")
class PackedEncoderTest {
    private static final Path TESTDATA = Path.of(System.getProperty("sam.testdata"));
    private static final Path MODEL = TESTDATA.resolveSibling("models/sam_vit_t.bf16.safetensors");

    @TempDir
    Path folder;

    /** What is stored, and the relative error of the embedding that its kind of inputs allows: what it is, and half as much again. */
    enum Stored {
        SPARSE_MLP(WeightFormat.BF16_SPARSE24, SparseLayers.MLP, false, 7e-3, "linear_sparse24"),
        SPARSE(WeightFormat.BF16_SPARSE24, SparseLayers.ALL, false, 7e-3, "linear_sparse24"),
        INT8(WeightFormat.INT8, SparseLayers.MLP, false, 9e-3, "linear_int8", "quantize_rows"),
        /** By constants that were guessed, so coarser than those that images would give. */
        INT8_BY_CONSTANTS(WeightFormat.INT8, SparseLayers.MLP, true, 2e-2, "linear_int8", "linear_int8_to_int8"),
        INT8_SPARSE_MLP(
                WeightFormat.INT8_SPARSE24, SparseLayers.MLP, true, 2e-2, "linear_int8_sparse24", "linear_int8"),
        INT8_SPARSE(WeightFormat.INT8_SPARSE24, SparseLayers.ALL, true, 2e-2, "linear_int8_sparse24");

        final WeightFormat format;
        final SparseLayers layers;
        final boolean byConstants;
        final double error;
        final String[] kernels;

        Stored(WeightFormat format, SparseLayers layers, boolean byConstants, double error, String... kernels) {
            this.format = format;
            this.layers = layers;
            this.byConstants = byConstants;
            this.error = error;
            this.kernels = kernels;
        }

        /** Of int8 Hopper's sparse kernels take 1024 inputs and more, which this model has nowhere. */
        void check(List<String> launched, KernelSet set) {
            boolean portable = set == KernelSet.PORTABLE || set == KernelSet.PTX;
            for (String kernel : kernels) {
                String own = portable ? kernel : kernel.replace("int8_sparse24", "int8");
                assertThat(launched)
                        .anyMatch(entry -> entry.equals(own) || (!portable && entry.startsWith(own + "_sm90")));
            }
            if (byConstants) {
                assertThat(launched).anyMatch(entry -> entry.equals("quantize") || entry.contains("_hd64_int8"));
            }
        }

        Checkpoint in(Path folder) throws IOException {
            Path file = folder.resolve(name() + ".safetensors");
            Calibration calibration = byConstants ? new Calibration("guessed", Stored::guessed) : Calibration.NONE;
            try (Checkpoint source = Checkpoint.open(MODEL)) {
                ConversionOptions options = new ConversionOptions(format, layers, calibration);
                CheckpointConverter.convert(source, file, options, (step, done, of) -> {});
            }
            return Checkpoint.open(file);
        }

        /** Inputs of any Linear: of every feature the same, and none with another. */
        private static Optional<LinearInputs> guessed(String module) {
            int columns = module.endsWith("lin2") ? 768 : 192;
            float[] moments = new float[columns * columns];
            for (int i = 0; i < columns; i++) {
                moments[i * (columns + 1)] = 1;
            }
            float[] largest = new float[columns];
            Arrays.fill(largest, 6);
            return Optional.of(new LinearInputs(1, moments, largest));
        }
    }

    @ParameterizedTest
    @EnumSource(Stored.class)
    void isNearItsDenseEquivalentAndTheSameInEveryBatch(Stored stored) throws IOException {
        List<RgbImage> photos = List.of(photo("dog"), photo("groceries"), photo("truck"));
        try (Checkpoint checkpoint = stored.in(folder)) {
            float[] dense = embeddings(checkpoint, Precision.FP32, KernelSet.BEST, photos, new ArrayList<>())
                    .getFirst();
            for (KernelSet kernels : KernelSet.values()) {
                List<String> launched = new ArrayList<>();
                List<float[]> packed = embeddings(checkpoint, null, kernels, photos, launched);
                stored.check(launched, kernels);
                double error = GpuArrays.relativeError(packed.getFirst(), dense);
                System.out.printf("%s, %s: relative error %.3g of %.3g%n", stored, kernels, error, stored.error);
                assertThat(error).isLessThan(stored.error);
                checkBatches(checkpoint, kernels, photos, packed);
            }
        }
    }

    private static void checkBatches(
            Checkpoint checkpoint, KernelSet kernels, List<RgbImage> photos, List<float[]> packed) {
        List<RgbImage> others = List.of(photos.get(1), photos.get(2), photos.get(0), photos.get(1), photos.get(0));
        List<float[]> batch = embeddings(checkpoint, null, kernels, others, new ArrayList<>());
        assertThat(batch.get(2)).isEqualTo(packed.getFirst());
        assertThat(batch.get(4)).isEqualTo(packed.getFirst());
        assertThat(batch.get(3)).isEqualTo(packed.get(1));
        assertThat(embeddings(checkpoint, null, kernels, photos.subList(0, 1), new ArrayList<>())
                        .getFirst())
                .isEqualTo(packed.getFirst());
    }

    private static List<float[]> embeddings(
            Checkpoint checkpoint,
            @Nullable Precision precision,
            KernelSet kernels,
            List<RgbImage> images,
            List<String> launched) {
        Device device = Device.open(new Tuning(kernels, true, true));
        device.trace(launched::add);
        BackendOptions options = new BackendOptions(0, Path.of("unused"), precision, null);
        try (CudaBackend backend = CudaBackend.open(device, checkpoint, options)) {
            List<ImageEmbedding> embeddings = backend.embed(images);
            List<float[]> values =
                    embeddings.stream().map(ImageEmbedding::toHost).toList();
            embeddings.forEach(ImageEmbedding::close);
            return values;
        }
    }

    @Test
    void itSaysWhatItComputesInAndRefusesWhatTheFileDoesNotStore() throws IOException {
        try (Checkpoint checkpoint = Stored.INT8.in(folder)) {
            for (Precision wish : new Precision[] {null, Precision.INT8, Precision.BF16}) {
                BackendOptions options = new BackendOptions(0, Path.of("unused"), wish, null);
                try (CudaBackend backend = CudaBackend.open(Device.open(), checkpoint, options)) {
                    String computed = wish == Precision.BF16 ? "bf16" : "int8";
                    assertThat(backend.description()).endsWith("computed " + computed);
                    assertThat(backend.info().precision().label()).isEqualTo(computed);
                }
            }
            BackendOptions sparse = new BackendOptions(0, Path.of("unused"), Precision.INT8_SPARSE24, null);
            assertThatThrownBy(() -> CudaBackend.open(Device.open(), checkpoint, sparse))
                    .hasMessageContainingAll("does not store int8-sparse24", "sam convert");
        }
    }

    private static RgbImage photo(String name) throws IOException {
        return ImageReader.read(TESTDATA.resolve("images/" + name + ".jpg"), ImageReader.DEFAULT_PIXEL_LIMIT);
    }
}
