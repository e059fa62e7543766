package org.samfast.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendLostException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.Precision;
import org.samfast.backend.SegmentRequest;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.convert.CheckpointConverter;
import org.samfast.convert.ConversionOptions;
import org.samfast.convert.WeightFormat;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.ScriptedDriver;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.MaskChoice;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/** The whole model on a driver that computes nothing and holds every launch against the kernels' PTX: no GPU needed. */
class CudaBackendLaunchesTest {
    private static final Path MODEL =
            Path.of(System.getProperty("sam.testdata")).resolveSibling("models/sam_vit_t.bf16.safetensors");
    private static final SegmentRequest REQUEST = new SegmentRequest(
            new RgbImage(new Size(40, 30), new byte[3 * 40 * 30]),
            List.of(Prompt.points(new ImagePoint(3, 4, true))),
            MaskChoice.AUTOMATIC);

    private final ScriptedDriver driver = new ScriptedDriver();
    private final List<String> launched = new ArrayList<>();
    private Checkpoint checkpoint;
    private Device device;
    private CudaBackend backend;

    @BeforeEach
    void open() throws IOException {
        checkpoint = Checkpoint.open(MODEL);
        device = driver.device();
        device.trace(launched::add);
        backend = CudaBackend.open(device, checkpoint, new BackendOptions(0, Path.of("unused"), Precision.BF16, null));
        launched.clear();
    }

    @AfterEach
    void close() {
        backend.close();
        checkpoint.close();
    }

    @Test
    void aPassLaunchesEveryKernelAsOftenAsTheModelHasLayers() {
        backend.segment(List.of(REQUEST));
        Map<String, Long> counts =
                launched.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        assertThat(counts)
                .containsEntry("window_attention_hd64_bf16", 8L)
                .containsEntry("global_attention_hd64_bf16", 4L)
                .containsEntry("patchify_bf16", 1L)
                .containsEntry("neck_gather_bf16", 1L)
                .containsEntry("token_to_image_bf16", 3L)
                .containsEntry("image_to_token_bf16", 2L)
                .containsEntry("token_self_attention", 2L)
                .containsEntry("mask_product_bf16", 1L)
                .containsEntry("upscale_bits", 1L);
    }

    @Test
    void whatComesForTheSecondTimeIsCapturedAndFromTheThirdOnOneLaunch() {
        List<Integer> launches = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            driver.calls.clear();
            backend.segment(List.of(REQUEST));
            launches.add((int) driver.calls.stream().filter("launch"::equals).count());
        }
        assertThat(launches.get(0)).isGreaterThan(100);
        assertThat(launches.get(2)).isEqualTo(launches.get(3)).isLessThan(10);
    }

    @Test
    void theEncoderIsTimedOnImagesThatArePreparedOnce() {
        assertThat(backend.encoderMillis(List.of(REQUEST.image(), REQUEST.image()), 5))
                .hasSize(5);
        assertThat(launched).filteredOn("patchify_bf16"::equals).hasSize(2); // once per image, whatever the runs
        assertThat(launched)
                .filteredOn("neck_gather_bf16"::equals)
                .hasSize(2); // one run launch by launch, one captured
    }

    @Test
    void aLostGpuEndsTheBackendAndClosingItThrowsNothing() {
        driver.fail("synchronize", CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
        assertThatThrownBy(() -> backend.segment(List.of(REQUEST)))
                .isInstanceOf(BackendLostException.class)
                .hasMessageContainingAll("CUDA_ERROR_ILLEGAL_ADDRESS", "start sam anew");
        assertThatThrownBy(() -> backend.segment(List.of(REQUEST)))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll("cannot be used", "lost");
        backend.close();
    }

    @Test
    void afterABatchThatDidNotFitASmallerOneGetsBuffersOfItsOwnAndNothingIsLeftBehind() {
        backend.segment(List.of(REQUEST));
        long before = device.allocatedBytes();
        driver.fail("allocate", CUresult.CUDA_ERROR_OUT_OF_MEMORY);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> backend.segment(List.of(REQUEST, REQUEST)))
                    .hasMessageContaining("CUDA_ERROR_OUT_OF_MEMORY");
        }
        long pinned = device.pinnedBytes();
        assertThat(device.allocatedBytes()).isLessThan(before);
        driver.repair("allocate");
        launched.clear();
        backend.segment(List.of(REQUEST));
        assertThat(device.allocatedBytes()).isEqualTo(before);
        assertThat(device.pinnedBytes()).isEqualTo(pinned);
        assertThat(launched).contains("mask_product_bf16"); // no graph that names the old buffers
    }

    @Test
    void anyAllocationMayFailAndNothingIsLeftBehind() {
        int allocations = allocations(() -> backend.segment(List.of(REQUEST, REQUEST)));
        assertThat(allocations).isGreaterThan(20);
        for (int working = 0; working < allocations; working++) {
            Device own = driver.device();
            CudaBackend one =
                    CudaBackend.open(own, checkpoint, new BackendOptions(0, Path.of("unused"), Precision.BF16, null));
            driver.failAfter("allocate", working, CUresult.CUDA_ERROR_OUT_OF_MEMORY);
            assertThatThrownBy(() -> one.segment(List.of(REQUEST, REQUEST)))
                    .hasMessageContaining("CUDA_ERROR_OUT_OF_MEMORY");
            assertThat(one.segment(List.of(REQUEST))).hasSize(1);
            one.close();
            assertThat(own.allocatedBytes()).isZero();
        }
    }

    private int allocations(Runnable work) {
        driver.calls.clear();
        work.run();
        return (int) driver.calls.stream().filter("allocate"::equals).count();
    }

    @ParameterizedTest
    @CsvSource({
        "INT8, linear_int8, quantize_rows",
        "BF16_SPARSE24, linear_sparse24, linear_bf16",
        "INT8_SPARSE24, linear_int8_sparse24, linear_int8"
    })
    void packedWeightsAreComputedAsTheyAreOnAnyGpu(
            WeightFormat format, String entry, String other, @TempDir Path folder) throws IOException {
        Path packed = folder.resolve("packed.safetensors");
        CheckpointConverter.convert(checkpoint, packed, ConversionOptions.to(format), (step, done, of) -> {});
        Device own = driver.device();
        own.trace(launched::add);
        try (Checkpoint stored = Checkpoint.open(packed);
                CudaBackend packing =
                        CudaBackend.open(own, stored, new BackendOptions(0, Path.of("unused"), null, null))) {
            assertThat(packing.description()).endsWith("computed " + format.label());
            packing.segment(List.of(REQUEST));
            assertThat(launched).contains(entry, other);
        }
    }

    @Test
    void aPackedPrecisionNeedsAFileThatStoresIt() {
        BackendOptions int8 = new BackendOptions(0, Path.of("unused"), Precision.INT8, null);
        assertThatThrownBy(() -> CudaBackend.open(driver.device(), checkpoint, int8))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll("does not store int8 weights", "sam convert", "--to int8");
    }

    @Test
    void aClosedBackendSaysSo() {
        backend.close();
        assertThatThrownBy(() -> backend.segment(List.of(REQUEST))).hasMessageContaining("it is closed");
    }
}
