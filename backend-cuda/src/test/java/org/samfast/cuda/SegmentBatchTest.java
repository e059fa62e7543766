package org.samfast.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.Precision;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.SegmentRequest;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cuda.device.CallCounts;
import org.samfast.cuda.device.Device;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.MaskChoice;
import org.samfast.mask.Segmentation;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.MaskPrompt;
import org.samfast.prompt.Prompt;

/** A batch of images, each with its own number of prompts of every kind, through the whole pipeline. */
@Tag("gpu")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SegmentBatchTest {
    private static final Path TESTDATA = Path.of(System.getProperty("sam.testdata"));
    private static final List<MaskChoice> CHOICES =
            List.of(MaskChoice.AUTOMATIC, MaskChoice.SINGLE, MaskChoice.BEST_OF_THREE, MaskChoice.MULTIMASK);
    private static final int[] PROMPTS = {1, 2, 3, 5, 8, 13, 64, 200};

    private Checkpoint checkpoint;
    private Device device;
    private CudaBackend backend;
    private List<SegmentRequest> requests;

    @BeforeAll
    void open() throws IOException {
        checkpoint = Checkpoint.open(TESTDATA.resolveSibling("models/sam_vit_t.bf16.safetensors"));
        device = Device.open();
        BackendOptions options = new BackendOptions(0, Path.of("unused"), Precision.BF16, null);
        backend = CudaBackend.open(device, checkpoint, options);
        requests = requests();
    }

    @AfterAll
    void close() {
        backend.close();
        checkpoint.close();
    }

    private static List<SegmentRequest> requests() throws IOException {
        Random random = new Random(5);
        List<SegmentRequest> requests = new ArrayList<>();
        String[] photos = {"dog", "groceries", "truck"};
        for (int i = 0; i < PROMPTS.length; i++) {
            RgbImage photo = ImageReader.read(
                    TESTDATA.resolve("images/" + photos[i % 3] + ".jpg"), ImageReader.DEFAULT_PIXEL_LIMIT);
            RgbImage image = corner(photo, new Size(300 + 37 * i, 520 - 29 * i));
            List<Prompt> prompts = new ArrayList<>();
            for (int k = 0; k < PROMPTS[i]; k++) {
                prompts.add(prompt(random, image.size(), k));
            }
            requests.add(new SegmentRequest(image, prompts, CHOICES.get(i % 4)));
        }
        return requests;
    }

    /** One to four points, a box, both, or a mask. */
    private static Prompt prompt(Random random, Size size, int kind) {
        List<ImagePoint> points = new ArrayList<>();
        for (int i = 0; i <= kind % 4; i++) {
            points.add(new ImagePoint(random.nextInt(size.width()), random.nextInt(size.height()), i != 1));
        }
        int width = size.width();
        int height = size.height();
        ImageBox box = new ImageBox(
                random.nextInt(width / 2), random.nextInt(height / 2), width - 1.0 - random.nextInt(9), height - 2.0);
        return switch (kind % 7) {
            case 4 -> Prompt.box(box);
            case 5 -> new Prompt(points, box, null);
            case 6 -> new Prompt(List.of(), null, new MaskPrompt(noise(random)));
            default -> new Prompt(points, null, null);
        };
    }

    private static float[] noise(Random random) {
        float[] logits = new float[256 * 256];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) random.nextGaussian() * 4;
        }
        return logits;
    }

    private static RgbImage corner(RgbImage image, Size size) {
        byte[] rgb = new byte[Math.toIntExact(size.area() * 3)];
        for (int y = 0; y < size.height(); y++) {
            System.arraycopy(image.rgb(), y * image.size().width() * 3, rgb, y * size.width() * 3, size.width() * 3);
        }
        return new RgbImage(size, rgb);
    }

    @Test
    void everyImageOfABatchGetsTheBitsThatItGetsAlone() {
        List<Segmentation> together = backend.segment(requests);
        for (int i = 0; i < requests.size(); i++) {
            assertSame(
                    together.get(i), backend.segment(List.of(requests.get(i))).getFirst());
        }
    }

    @Test
    void everyPromptGetsTheBitsThatItGetsAlone() {
        SegmentRequest many = requests.get(6);
        Segmentation together = backend.segment(List.of(many)).getFirst();
        for (int i = 0; i < many.prompts().size(); i++) {
            SegmentRequest one =
                    new SegmentRequest(many.image(), List.of(many.prompts().get(i)), many.choice());
            Segmentation alone = backend.segment(List.of(one)).getFirst();
            assertThat(alone.masks().getFirst().mask().pixels())
                    .isEqualTo(together.masksOf(i).getFirst().mask().pixels());
            assertThat(alone.prediction().quality(0, 3))
                    .isEqualTo(together.prediction().quality(i, 3));
        }
    }

    @Test
    void theOrderOfTheBatchChangesNothingAndNeitherDoesASecondRun() {
        List<Segmentation> first = backend.segment(requests);
        List<SegmentRequest> turned = new ArrayList<>(requests);
        Collections.reverse(turned);
        List<Segmentation> second = new ArrayList<>(backend.segment(turned));
        Collections.reverse(second);
        List<Segmentation> third = backend.segment(requests);
        for (int i = 0; i < requests.size(); i++) {
            assertSame(second.get(i), first.get(i));
            assertSame(third.get(i), first.get(i));
        }
    }

    @Test
    void theStepsOneByOneGiveTheSame() {
        List<Segmentation> together = backend.segment(requests.subList(0, 5));
        for (int i = 0; i < together.size(); i++) {
            SegmentRequest request = requests.get(i);
            try (ImageEmbedding embedding =
                    backend.embed(List.of(request.image())).getFirst()) {
                var prediction = backend.predict(List.of(new PromptedImage(embedding, request.prompts())))
                        .getFirst();
                assertThat(prediction.logits().values())
                        .isEqualTo(together.get(i).prediction().logits().values());
            }
        }
    }

    @Test
    void theHostWaitsOnceForABatchAndAllocatesNothing() {
        backend.segment(requests);
        for (List<SegmentRequest> batch : List.of(requests, requests.subList(0, 1), requests.subList(3, 6))) {
            CallCounts before = device.calls();
            backend.segment(batch);
            CallCounts calls = device.calls().since(before);
            assertThat(calls.waits()).isEqualTo(1);
            assertThat(calls.allocations()).isZero();
        }
    }

    @Test
    void theHostWaitsOnceHoweverManyImagesAndMasksThereAre() {
        List<SegmentRequest> many = Collections.nCopies(9, requests.subList(0, 5)).stream()
                .flatMap(List::stream)
                .toList();
        for (List<SegmentRequest> batch : List.of(many, List.of(manyMasksOfALargeImage()))) {
            List<Segmentation> first = backend.segment(batch);
            CallCounts before = device.calls();
            List<Segmentation> second = backend.segment(batch);
            assertThat(device.calls().since(before).waits()).isEqualTo(1);
            for (int i = 0; i < batch.size(); i++) {
                assertSame(second.get(i), first.get(i));
                assertSame(second.get(i), backend.segment(List.of(batch.get(i))).getFirst());
            }
        }
    }

    /** 300 MB of pixels. */
    private static SegmentRequest manyMasksOfALargeImage() {
        Size size = new Size(2500, 1250);
        Random random = new Random(6);
        byte[] rgb = new byte[Math.toIntExact(3 * size.area())];
        random.nextBytes(rgb);
        List<Prompt> prompts = new ArrayList<>();
        for (int k = 0; k < 32; k++) {
            prompts.add(prompt(random, size, k));
        }
        return new SegmentRequest(new RgbImage(size, rgb), prompts, MaskChoice.MULTIMASK);
    }

    @Test
    void callsOfManyThreadsOverlapAndGiveTheSerialResults() throws Exception {
        List<Segmentation> serial = backend.segment(requests);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<List<Segmentation>>> calls = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                List<SegmentRequest> some = requests.subList(i % 4, i % 4 + 4);
                calls.add(threads.submit(() -> backend.segment(some)));
            }
            for (int i = 0; i < calls.size(); i++) {
                List<Segmentation> found = calls.get(i).get();
                for (int k = 0; k < found.size(); k++) {
                    assertSame(found.get(k), serial.get(i % 4 + k));
                }
            }
        }
    }

    @Test
    void aThousandPredictionsLeaveMemoryWhereItWas() {
        predictions(10);
        long onGpu = device.allocatedBytes();
        long pinned = device.pinnedBytes();
        long heap = usedHeap();
        CallCounts before = device.calls();
        predictions(1000);
        assertThat(device.allocatedBytes()).isEqualTo(onGpu);
        assertThat(device.pinnedBytes()).isEqualTo(pinned);
        assertThat(device.calls().since(before).allocations()).isZero();
        assertThat(usedHeap()).isLessThan(heap + (8L << 20)); // one prediction's logits are 1 MB
    }

    private void predictions(int count) {
        SegmentRequest one = requests.getFirst();
        for (int i = 0; i < count; i++) {
            try (ImageEmbedding embedding = backend.embed(List.of(one.image())).getFirst()) {
                backend.predict(List.of(new PromptedImage(embedding, one.prompts())));
            }
        }
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void eightThreadsGetTheSerialBits() throws Exception {
        List<Segmentation> serial = backend.segment(requests);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Segmentation>> found = new ArrayList<>();
            for (int i = 0; i < 4 * requests.size(); i++) {
                SegmentRequest request = requests.get(i % requests.size());
                found.add(threads.submit(() -> backend.segment(List.of(request)).getFirst()));
            }
            for (int i = 0; i < found.size(); i++) {
                assertSame(found.get(i).get(), serial.get(i % serial.size()));
            }
        }
    }

    private static void assertSame(Segmentation actual, Segmentation expected) {
        assertThat(actual.prediction().logits().values())
                .isEqualTo(expected.prediction().logits().values());
        assertThat(actual.prediction().quality())
                .isEqualTo(expected.prediction().quality());
        assertThat(actual.masks()).hasSameSizeAs(expected.masks());
        for (int i = 0; i < actual.masks().size(); i++) {
            assertThat(actual.masks().get(i).output())
                    .isEqualTo(expected.masks().get(i).output());
            assertThat(actual.masks().get(i).mask().pixels())
                    .isEqualTo(expected.masks().get(i).mask().pixels());
        }
    }
}
