package org.samfast.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;
import org.samfast.mask.MaskPrediction;
import org.samfast.prompt.Prompt;

/** A backend with the built-in model, and a photo that it has encoded. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OpenBackend {
    private static final Path TESTDATA = Path.of(System.getProperty("sam.testdata"));

    Path cache;

    Checkpoint checkpoint;
    SamBackend backend;
    RgbImage photo;
    ImageEmbedding embedding;

    /** The backend under test. */
    protected abstract BackendProvider provider();

    /** What it computes in. */
    protected Precision precision() {
        return Precision.FP32;
    }

    /** Allowed relative error of the image embedding: norm of the difference over norm of the oracle's. */
    protected double embeddingTolerance() {
        return 1e-4;
    }

    /** Allowed relative error of low-res logits and quality. */
    protected double logitsTolerance() {
        return 1e-3;
    }

    @BeforeAll
    void openBackend(@TempDir Path directory) throws IOException {
        cache = directory;
        checkpoint = Checkpoint.open(TESTDATA.resolveSibling("models/sam_vit_t.bf16.safetensors"));
        backend = provider().open(checkpoint, new BackendOptions(0, cache, precision(), null));
        photo = ImageReader.read(TESTDATA.resolve("images/groceries.jpg"), ImageReader.DEFAULT_PIXEL_LIMIT);
        embedding = backend.embed(List.of(photo)).getFirst();
    }

    @AfterAll
    void closeBackend() {
        embedding.close();
        backend.close();
        checkpoint.close();
    }

    MaskPrediction predict(ImageEmbedding image, Prompt... prompts) {
        return backend.predict(List.of(new PromptedImage(image, List.of(prompts))))
                .getFirst();
    }

    static double relativeError(float[] expected, float[] actual) {
        assertThat(actual).hasSameSizeAs(expected);
        double difference = 0;
        double whole = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow(actual[i] - expected[i], 2);
            whole += Math.pow(expected[i], 2);
        }
        assertThat(whole).isPositive();
        return Math.sqrt(difference / whole);
    }
}
