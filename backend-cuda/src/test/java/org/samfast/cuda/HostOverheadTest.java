package org.samfast.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.Precision;
import org.samfast.backend.PromptedImage;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cuda.device.Device;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/** How long the smallest model takes by the clock on the wall, and how long the GPU is at it by its own events. */
@Tag("gpu")
class HostOverheadTest {
    private static final Path TESTDATA = Path.of(System.getProperty("sam.testdata"));
    private static final int ROUNDS = 100;
    private static final double MOST = 1.15;

    @Test
    void theHostAddsLittleToASmallModelOnOneImage() throws IOException {
        RgbImage photo = ImageReader.read(TESTDATA.resolve("images/groceries.jpg"), ImageReader.DEFAULT_PIXEL_LIMIT);
        BackendOptions options = new BackendOptions(0, Path.of("unused"), Precision.BF16, null);
        try (Checkpoint model = Checkpoint.open(TESTDATA.resolveSibling("models/sam_vit_t.bf16.safetensors"));
                CudaBackend backend = CudaBackend.open(Device.open(), model, options)) {
            double[] wall = new double[ROUNDS];
            double[] gpu = new double[ROUNDS];
            for (int i = -20; i < ROUNDS; i++) { // the first compile, capture and warm up
                long start = System.nanoTime();
                embedAndPredict(backend, photo);
                double millis = (System.nanoTime() - start) / 1e6;
                double events = backend.millis(() -> embedAndPredict(backend, photo));
                if (i >= 0) {
                    wall[i] = millis;
                    gpu[i] = events;
                }
            }
            double encoder = median(backend.encoderMillis(List.of(photo), ROUNDS));
            double ratio = median(wall) / median(gpu);
            System.out.printf(
                    Locale.ROOT,
                    "vit_t, 1 image, 1 click: wall %.3f ms, events %.3f ms, ratio %.3f; encoder alone %.3f ms; graphs %s%n",
                    median(wall),
                    median(gpu),
                    ratio,
                    encoder,
                    System.getProperty("sam.cuda.graphs", "on"));
            assertThat(ratio).isLessThanOrEqualTo(MOST);
        }
    }

    private static void embedAndPredict(CudaBackend backend, RgbImage photo) {
        try (ImageEmbedding embedding = backend.embed(List.of(photo)).getFirst()) {
            backend.predict(
                    List.of(new PromptedImage(embedding, List.of(Prompt.points(new ImagePoint(400, 270, true))))));
        }
    }

    private static double median(double[] values) {
        return Arrays.stream(values)
                .sorted()
                .skip(values.length / 2)
                .findFirst()
                .orElseThrow();
    }
}
