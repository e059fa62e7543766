package org.samfast.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.TraceDetail;
import org.samfast.backend.TraceRecorder;
import org.samfast.backend.TraceSpan;
import org.samfast.backend.TraceSpan.Kind;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cuda.device.Device;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;

/** The times of a trace, on the GPU. */
@Tag("gpu")
class CudaTraceSumTest {
    private static final Path MODEL =
            Path.of(System.getProperty("sam.testdata")).resolveSibling("models/sam_vit_t.bf16.safetensors");

    @SuppressWarnings("NullAway.Init")
    private static Checkpoint checkpoint;

    @SuppressWarnings("NullAway.Init")
    private static CudaBackend backend;

    private final List<TraceSpan> spans = new ArrayList<>();

    @BeforeAll
    static void open() throws IOException {
        checkpoint = Checkpoint.open(MODEL);
        backend = CudaBackend.open(Device.open(), checkpoint, new BackendOptions(0, Path.of("unused"), null, null));
        for (int i = 0; i < 3; i++) {
            encode();
            backend.traced(CudaTraceSumTest::encode, TraceDetail.KERNELS, TraceRecorder.NONE); // the host gets quick
        }
    }

    @AfterAll
    static void close() {
        backend.close();
        checkpoint.close();
    }

    /** As many images as the encoder takes at once, so that its kernels are long beside the marks between them. */
    private static List<RgbImage> images() {
        byte[] rgb = new byte[3 * 64 * 48];
        new Random(1).nextBytes(rgb);
        return Collections.nCopies(32, new RgbImage(new Size(64, 48), rgb));
    }

    private static void encode() {
        backend.embed(images()).forEach(ImageEmbedding::close);
    }

    @Test
    void kernelsSumToTheTimeOfTheEncoderWithin2Percent() {
        backend.traced(CudaTraceSumTest::encode, TraceDetail.KERNELS, spans::add);
        TraceSpan encoder = encoder();
        double kernels = spans.stream()
                .filter(span -> span.kind() == Kind.KERNEL
                        && span.startNanos() >= encoder.startNanos()
                        && span.endNanos() <= encoder.endNanos())
                .mapToDouble(TraceSpan::millis)
                .sum();
        System.out.printf("encoder %.3f ms, its kernels %.3f ms%n", encoder.millis(), kernels);
        assertThat(kernels).isBetween(0.98 * encoder.millis(), encoder.millis());
    }

    @Test
    void asEverTheEncoderTakesWhatItsOwnClockSays() {
        double alone = backend.encoderMillis(images(), 5)[4];
        backend.traced(CudaTraceSumTest::encode, TraceDetail.SEQUENCES, spans::add);
        assertThat(encoder().millis()).isBetween(0.8 * alone, 1.25 * alone);
    }

    /** Memory's limit may be passed: what lies in the L2 cache need not be read from it. */
    @Test
    void noKernelComputesFasterThanTheLimit() {
        backend.traced(CudaTraceSumTest::encode, TraceDetail.KERNELS, spans::add);
        assertThat(spans)
                .filteredOn(span -> "operations".equals(span.details().get("limit")))
                .isNotEmpty()
                .allSatisfy(span -> assertThat(span.number("percent_of_limit"))
                        .as(span.toString())
                        .isBetween(1.0, 110.0));
    }

    private TraceSpan encoder() {
        return spans.stream()
                .filter(span -> span.kind() == Kind.SEQUENCE && span.name().equals("encoder"))
                .findFirst()
                .orElseThrow();
    }
}
