package org.samfast.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.ScoredMask;
import org.samfast.prompt.Prompt;
import org.samfast.tensor.Bfloat16;

/** What a backend owes of embeddings. */
abstract class EmbeddingContractTest extends OpenBackend {
    private static final int EMBEDDING_CHANNEL = 64 * 64;

    @Test
    void theImageEmbeddingIsTheOracles() {
        float[] expected = GoldenPrompt.POINT.expected("image_embedding");
        float[] every16th = new float[expected.length];
        float[] all = embedding.toHost();
        for (int channel = 0; channel < 16; channel++) {
            System.arraycopy(
                    all, channel * 16 * EMBEDDING_CHANNEL, every16th, channel * EMBEDDING_CHANNEL, EMBEDDING_CHANNEL);
        }
        assertThat(relativeError(expected, every16th)).isLessThan(embeddingTolerance());
    }

    @Test
    void anEmbeddingThatWasOnTheHostIsTheSameBitForBit() {
        float[] values = embedding.toHost();
        try (ImageEmbedding back = backend.fromHost(photo.size(), values)) {
            assertThat(back.imageSize()).isEqualTo(photo.size());
            assertThat(back.toHost()).isEqualTo(values);
            Prompt prompt = GoldenPrompt.POINTS_BOX.prompt();
            assertThat(predict(back, prompt).logits().values())
                    .isEqualTo(predict(embedding, prompt).logits().values());
        }
        assertThatThrownBy(() -> backend.fromHost(photo.size(), new float[256]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("image embedding: expected 1048576 values [256][64][64], got 256");
    }

    /** Measured in fp32 on the CPU: 0.9955 to 0.9998. */
    @Test
    void anEmbeddingStoredInBfloat16GivesTheSameMasksButForAFewPixels() {
        float[] stored = bfloat16(embedding.toHost());
        try (ImageEmbedding back = backend.fromHost(photo.size(), stored)) {
            if (precision() != Precision.FP16) { // whose exponents end earlier
                assertThat(back.toHost()).isEqualTo(stored);
            }
            for (GoldenPrompt golden : GoldenPrompt.values()) {
                List<ScoredMask> expected = masks(embedding, golden.prompt());
                List<ScoredMask> masks = masks(back, golden.prompt());
                for (int output = 0; output < expected.size(); output++) {
                    double iou =
                            masks.get(output).mask().iou(expected.get(output).mask());
                    assertThat(iou).as("%s, output %d", golden, output).isGreaterThan(0.99);
                }
            }
        }
    }

    private List<ScoredMask> masks(ImageEmbedding image, Prompt prompt) {
        return backend.finish(predict(image, prompt), new MaskRequest(List.of(List.of(0, 1, 2, 3))));
    }

    private static float[] bfloat16(float[] values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = Bfloat16.widen(Bfloat16.round(values[i]));
        }
        return rounded;
    }
}
