package org.samfast.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.Precision;
import org.samfast.backend.SegmentRequest;
import org.samfast.backend.TraceDetail;
import org.samfast.backend.TraceSpan;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.ScriptedDriver;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.MaskChoice;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/** What is told of a traced run, on a driver that computes nothing and whose clock moves by a millisecond a mark. */
class CudaTraceTest {
    private static final Path MODEL =
            Path.of(System.getProperty("sam.testdata")).resolveSibling("models/sam_vit_t.bf16.safetensors");
    private static final SegmentRequest REQUEST = new SegmentRequest(
            new RgbImage(new Size(40, 30), new byte[3 * 40 * 30]),
            List.of(Prompt.points(new ImagePoint(3, 4, true))),
            MaskChoice.AUTOMATIC);

    private final ScriptedDriver driver = new ScriptedDriver();
    private final List<String> launched = new ArrayList<>();
    private final List<TraceSpan> spans = new ArrayList<>();
    private Checkpoint checkpoint;
    private CudaBackend backend;

    @BeforeEach
    void open() throws IOException {
        checkpoint = Checkpoint.open(MODEL);
        Device device = driver.device();
        device.trace(launched::add);
        backend = CudaBackend.open(device, checkpoint, new BackendOptions(0, Path.of("unused"), Precision.BF16, null));
        for (int i = 0; i < 3; i++) {
            segment(); // from now on there are graphs
        }
        launched.clear();
        driver.calls.clear();
    }

    @AfterEach
    void close() {
        backend.close();
        checkpoint.close();
    }

    private void segment() {
        backend.segment(List.of(REQUEST));
    }

    private List<TraceSpan> of(TraceSpan.Kind kind) {
        return spans.stream().filter(span -> span.kind() == kind).toList();
    }

    @Test
    void everyKernelIsASpanInTheOrderOfTheLaunchesAndNoGraphRuns() {
        backend.traced(this::segment, TraceDetail.KERNELS, spans::add);
        assertThat(launched).hasSizeGreaterThan(100);
        assertThat(of(TraceSpan.Kind.KERNEL)).extracting(TraceSpan::name).containsExactlyElementsOf(launched);
        assertThat(driver.calls).doesNotContain("launchGraph");
    }

    @Test
    void kernelsLieWithinTheSequenceThatTheyBelongToAndNoneOverlaps() {
        backend.traced(this::segment, TraceDetail.KERNELS, spans::add);
        assertThat(of(TraceSpan.Kind.SEQUENCE)).extracting(TraceSpan::name).containsExactly("encoder", "decoder");
        assertThat(within("encoder"))
                .contains("window_attention_hd64_bf16", "neck_gather_bf16")
                .doesNotContain("patchify_bf16", "token_embedding");
        assertThat(within("decoder")).contains("token_embedding", "mask_product_bf16");
        long end = 0;
        for (TraceSpan kernel : of(TraceSpan.Kind.KERNEL)) {
            assertThat(kernel.startNanos()).isGreaterThan(end);
            assertThat(kernel.millis()).isEqualTo(1);
            end = kernel.endNanos();
        }
    }

    @Test
    void aKernelBeginsWhereTheOneBeforeEndsIfTheGpuHasNotWaited() {
        driver.fail("query", CUresult.CUDA_ERROR_NOT_READY);
        backend.traced(this::segment, TraceDetail.KERNELS, spans::add);
        List<TraceSpan> kernels = inside("encoder");
        for (int i = 1; i < kernels.size(); i++) {
            assertThat(kernels.get(i).startNanos()).isEqualTo(kernels.get(i - 1).endNanos());
        }
    }

    private List<String> within(String sequence) {
        return inside(sequence).stream().map(TraceSpan::name).toList();
    }

    private List<TraceSpan> inside(String sequence) {
        TraceSpan outer = sequence(sequence);
        return of(TraceSpan.Kind.KERNEL).stream()
                .filter(kernel -> kernel.startNanos() >= outer.startNanos() && kernel.endNanos() < outer.endNanos())
                .toList();
    }

    private TraceSpan sequence(String name) {
        return of(TraceSpan.Kind.SEQUENCE).stream()
                .filter(span -> span.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aLinearTellsItsProductAndAnAttentionItsTokens() {
        backend.traced(this::segment, TraceDetail.KERNELS, spans::add);
        TraceSpan patchEmbedding = first("linear_bf16");
        assertThat(patchEmbedding.details())
                .containsEntry("M", 4096L)
                .containsEntry("K", 768L)
                .containsKeys("grid", "block", "shared_bytes", "bytes")
                .doesNotContainKey("percent_of_limit"); // of no GPU is known what it can do
        assertThat(patchEmbedding.number("flop")).isEqualTo(2 * 4096 * 768 * patchEmbedding.number("N"));
        assertThat(first("global_attention_hd64_bf16").details())
                .containsEntry("batch", 1L)
                .containsEntry("tokens", 4096L)
                .containsEntry("head_dim", 64L);
        assertThat(first("window_attention_hd64_bf16").details())
                .containsEntry("batch", 25L)
                .containsEntry("tokens", 196L);
    }

    private TraceSpan first(String kernel) {
        return of(TraceSpan.Kind.KERNEL).stream()
                .filter(span -> span.name().equals(kernel))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void asEverTheSequencesAreGraphsAndOneSpanEach() {
        backend.traced(this::segment, TraceDetail.SEQUENCES, spans::add);
        assertThat(of(TraceSpan.Kind.SEQUENCE)).extracting(TraceSpan::name).containsExactly("encoder", "decoder");
        assertThat(of(TraceSpan.Kind.KERNEL))
                .extracting(TraceSpan::name)
                .contains("patchify_bf16", "upscale_bits")
                .doesNotContain("window_attention_hd64_bf16", "token_embedding");
        assertThat(driver.calls).contains("launchGraph");
        assertThat(of(TraceSpan.Kind.COPY)).extracting(TraceSpan::name).contains("copy to GPU", "copy from GPU");
        assertThat(of(TraceSpan.Kind.STAGE)).extracting(TraceSpan::name).containsOnly("copy in");
    }

    @Test
    void aTraceEndsWithItsRunAlsoWhereThatFails() {
        assertThatThrownBy(() -> backend.traced(
                        () -> {
                            throw new BackendException("no");
                        },
                        TraceDetail.KERNELS,
                        spans::add))
                .hasMessage("no");
        segment();
        assertThat(driver.calls).contains("launchGraph");
        assertThat(spans).isEmpty();
        backend.traced(this::segment, TraceDetail.KERNELS, spans::add);
        assertThat(spans).isNotEmpty();
    }
}
