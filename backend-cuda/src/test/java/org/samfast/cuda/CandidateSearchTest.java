package org.samfast.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.backend.BackendInfo;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.CandidateMasks;
import org.samfast.backend.CandidateRequest;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.Precision;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.SamBackend;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cuda.device.CallCounts;
import org.samfast.cuda.device.Device;
import org.samfast.everything.PointGrid;
import org.samfast.image.CropBox;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.MaskCandidate;
import org.samfast.mask.MaskPrediction;

/** Everything mode's candidates on the device against the plain Java of every backend, on photos. */
@Tag("gpu")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CandidateSearchTest {
    private static final Path TESTDATA = Path.of(System.getProperty("sam.testdata"));

    private Checkpoint checkpoint;
    private Device device;
    private CudaBackend backend;

    @BeforeAll
    void open() throws IOException {
        checkpoint = Checkpoint.open(TESTDATA.resolveSibling("models/sam_vit_t.bf16.safetensors"));
        device = Device.open();
        backend = CudaBackend.open(device, checkpoint, new BackendOptions(0, Path.of("unused"), Precision.BF16, null));
    }

    @AfterAll
    void close() {
        backend.close();
        checkpoint.close();
    }

    /** The same predictions, with the default candidates of the interface. */
    private record PlainJava(SamBackend cuda) implements SamBackend {
        @Override
        public String description() {
            return cuda.description();
        }

        @Override
        public BackendInfo info() {
            return cuda.info();
        }

        @Override
        public List<ImageEmbedding> embed(List<RgbImage> images) {
            return cuda.embed(images);
        }

        @Override
        public ImageEmbedding fromHost(Size imageSize, float[] values) {
            return cuda.fromHost(imageSize, values);
        }

        @Override
        public List<MaskPrediction> predict(List<PromptedImage> prompts) {
            return cuda.predict(prompts);
        }

        @Override
        public double[] encoderMillis(List<RgbImage> images, int runs) {
            return cuda.encoderMillis(images, runs);
        }

        @Override
        public void close() {
            cuda.close();
        }
    }

    private static RgbImage photo(String name) throws IOException {
        return ImageReader.read(TESTDATA.resolve("images/" + name + ".jpg"), ImageReader.DEFAULT_PIXEL_LIMIT);
    }

    private CandidateRequest request(
            ImageEmbedding embedding, CropBox crop, RgbImage image, int side, int batch, float iou, float stability) {
        return new CandidateRequest(
                embedding,
                PointGrid.layers(side, 0, 1).getFirst().on(crop.size()),
                batch,
                crop,
                image.size(),
                new CandidateRequest.Thresholds(iou, stability, 1));
    }

    @ParameterizedTest
    @CsvSource({
        "groceries, 16, 64, 0.5, 0.8, 0",
        "dog, 16, 64, 0.4, 0.7, 0",
        "truck, 16, 17, 0.5, 0.8, 300",
        "dog, 5, 64, 0, 0, 0",
        "dog, 4, 64, 2, 0.8, 0"
    })
    void theSameMasksAsInPlainJava(String name, int side, int batch, float iou, float stability, int margin)
            throws IOException {
        RgbImage image = photo(name);
        int width = image.size().width();
        int height = image.size().height();
        CropBox crop = new CropBox(margin / 2, margin / 3, width - margin, height - margin / 2);
        if (margin == 0) {
            crop = CropBox.whole(image.size());
        }
        try (ImageEmbedding embedding = backend.embed(List.of(crop.of(image))).getFirst()) {
            CandidateRequest request = request(embedding, crop, image, side, batch, iou, stability);
            CandidateMasks expected =
                    new PlainJava(backend).candidates(List.of(request), _ -> {}).getFirst();
            List<Integer> decoded = new ArrayList<>();
            CandidateMasks got =
                    backend.candidates(List.of(request), decoded::add).getFirst();
            assertSame(got, expected);
            assertThat(decoded.stream().mapToInt(Integer::intValue).sum()).isEqualTo(side * side);
            assertThat(got.masks().isEmpty()).isEqualTo(iou > 1);
        }
    }

    private static void assertSame(CandidateMasks got, CandidateMasks expected) {
        assertThat(got.stable()).isEqualTo(expected.stable());
        assertThat(got.masks()).hasSameSizeAs(expected.masks());
        for (int i = 0; i < got.masks().size(); i++) {
            MaskCandidate one = got.masks().get(i);
            MaskCandidate other = expected.masks().get(i);
            assertThat(one.point()).isEqualTo(other.point());
            assertThat(one.predictedIou()).isEqualTo(other.predictedIou());
            assertThat(one.stability()).isEqualTo(other.stability());
            assertThat(one.edges()).isEqualTo(other.edges());
            assertThat(one.runs().equals(other.runs())).as("runs of mask %s", i).isTrue();
        }
    }

    @Test
    void searchesBesideEachOtherFindWhatEachFindsAlone() throws Exception {
        RgbImage image = photo("groceries");
        try (ImageEmbedding embedding = backend.embed(List.of(image)).getFirst();
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<CandidateRequest> requests = new ArrayList<>();
            for (int side = 9; side < 17; side++) {
                requests.add(request(embedding, CropBox.whole(image.size()), image, side, 64, 0.5f, 0.8f));
            }
            List<CandidateMasks> alone = backend.candidates(requests, _ -> {});
            List<Future<CandidateMasks>> together = requests.stream()
                    .map(request -> threads.submit(
                            () -> backend.candidates(List.of(request), _ -> {}).getFirst()))
                    .toList();
            for (int i = 0; i < alone.size(); i++) {
                assertSame(together.get(i).get(), alone.get(i));
            }
        }
    }

    @Test
    void aSecondCallAllocatesNothingAndWaitsThreeTimes() throws IOException {
        RgbImage image = photo("groceries");
        try (ImageEmbedding embedding = backend.embed(List.of(image)).getFirst()) {
            CandidateRequest request = request(embedding, CropBox.whole(image.size()), image, 16, 64, 0.5f, 0.8f);
            for (int i = 0; i < 2; i++) {
                backend.candidates(List.of(request), _ -> {});
            }
            CallCounts before = device.calls();
            backend.candidates(List.of(request), _ -> {});
            CallCounts calls = device.calls().since(before);
            assertThat(calls.allocations()).isZero();
            assertThat(calls.waits()).isEqualTo(3);
        }
    }
}
