package org.samfast.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.CandidateRequest;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.MemoryNeed;
import org.samfast.backend.MemoryPlan;
import org.samfast.backend.Precision;
import org.samfast.backend.SegmentRequest;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.PtxDriver;
import org.samfast.image.CropBox;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.MaskChoice;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/** Plans beside what the same work then takes, without a GPU. */
class MemoryPlannerTest {
    private static final Path MODEL =
            Path.of(System.getProperty("sam.testdata")).resolveSibling("models/sam_vit_t.bf16.safetensors");
    private static final Size SIZE = new Size(640, 480);
    private static final ImagePoint POINT = new ImagePoint(3, 4, true);
    private static final BackendOptions OPTIONS = new BackendOptions(0, Path.of("unused"), Precision.BF16, null);

    Checkpoint checkpoint;
    Device device;

    @BeforeEach
    void open() throws IOException {
        checkpoint = Checkpoint.open(MODEL);
        device = newDevice();
    }

    /** One that is not there. */
    Device newDevice() {
        return new PtxDriver().device();
    }

    @AfterEach
    void close() {
        device.close();
        checkpoint.close();
    }

    static Stream<MemoryNeed> needs() {
        return Stream.of(
                need(1, 1, false, 0),
                need(1, 40, false, 0),
                need(3, 1, false, 0),
                need(3, 5, false, 0),
                need(1, 100, true, 0),
                need(4, 100, true, 0),
                new MemoryNeed(2, 2, new Size(3000, 20), false, 0));
    }

    static MemoryNeed need(int images, int prompts, boolean everything, long limit) {
        return new MemoryNeed(images, prompts, SIZE, everything, limit);
    }

    @ParameterizedTest
    @MethodSource("needs")
    void whatIsPlannedIsWhatIsTaken(MemoryNeed need) {
        MemoryPlan plan = MemoryPlanner.plan(device, checkpoint, OPTIONS, need);
        assertThat(device.peakBytes()).isZero(); // nothing before the work
        assertThat(plan.images()).isEqualTo(need.images());
        assertThat(taken(need, OPTIONS.within(plan))).isEqualTo(plan.bytes());
    }

    /** The most that the work took. */
    private long taken(MemoryNeed need, BackendOptions options) {
        return taken(checkpoint, need, options);
    }

    final long taken(Checkpoint checkpoint, MemoryNeed need, BackendOptions options) {
        RgbImage image = new RgbImage(
                need.size(), new byte[Math.toIntExact(3 * need.size().area())]);
        Device used = newDevice();
        try (CudaBackend backend = CudaBackend.open(used, checkpoint, options)) {
            if (need.everything()) {
                everything(backend, image, need.prompts(), need.images());
            } else {
                SegmentRequest request = new SegmentRequest(
                        image, Collections.nCopies(need.prompts(), Prompt.points(POINT)), MaskChoice.MULTIMASK);
                backend.segment(Collections.nCopies(need.images(), request));
            }
            return used.peakBytes();
        }
    }

    private static void everything(CudaBackend backend, RgbImage image, int points, int images) {
        try (ImageEmbedding embedding = backend.embed(List.of(image)).getFirst()) {
            CandidateRequest request = new CandidateRequest(
                    embedding,
                    Collections.nCopies(points, POINT),
                    64,
                    CropBox.whole(image.size()),
                    image.size(),
                    new CandidateRequest.Thresholds(0.5f, 0.8f, 1));
            backend.candidates(List.of(request), decoded -> {});
            if (images > 1) {
                everything(backend, image, points, images - 1);
            }
        }
    }

    @Test
    void asManyImagesAsFitUnderALimit() {
        long two = MemoryPlanner.plan(device, checkpoint, OPTIONS, need(2, 3, false, 0))
                .bytes();
        long three = MemoryPlanner.plan(device, checkpoint, OPTIONS, need(3, 3, false, 0))
                .bytes();
        assertThat(three).isGreaterThan(two);
        for (long limit : new long[] {two, three - 1}) {
            MemoryPlan plan = MemoryPlanner.plan(device, checkpoint, OPTIONS, need(8, 3, false, limit));
            assertThat(plan.images()).isEqualTo(2);
            assertThat(plan.bytes()).isEqualTo(two);
        }
    }

    @Test
    void whereOneImageDoesNotFitFewerPairsAreDecodedAtOnceAndTheLimitHolds() {
        MemoryNeed all = need(1, 64, false, 0);
        long whole = MemoryPlanner.plan(device, checkpoint, OPTIONS, all).bytes();
        MemoryPlan less = MemoryPlanner.plan(device, checkpoint, OPTIONS, all.within(whole / 2));
        assertThat(less.pairs()).isLessThan(64);
        assertThat(taken(all, OPTIONS.within(less))).isEqualTo(less.bytes()).isLessThanOrEqualTo(whole / 2);
    }

    @Test
    void aLimitBelowOneImageSaysTheNumbers() {
        assertThatThrownBy(() -> MemoryPlanner.plan(device, checkpoint, OPTIONS, need(8, 3, false, 20 << 20)))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll("one image needs 0.", "(weights 0.", "--gpu-mem allows 0.02 GiB");
    }

    @Test
    void workThatTurnsOutLargerThanPlannedIsRefusedAtTheLimit() {
        MemoryNeed small = need(1, 1, false, 0);
        long limit = MemoryPlanner.plan(device, checkpoint, OPTIONS, small).bytes();
        MemoryPlan plan = MemoryPlanner.plan(device, checkpoint, OPTIONS, small.within(limit));
        assertThatThrownBy(() -> taken(need(2, 1, false, 0), OPTIONS.within(plan)))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("more than the " + limit + " of --gpu-mem");
    }
}
