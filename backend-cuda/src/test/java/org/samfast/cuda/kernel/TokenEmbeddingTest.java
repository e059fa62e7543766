package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.TokenEmbeddingReference;

@Tag("gpu")
class TokenEmbeddingTest {
    private static final int CHANNELS = 256;
    private static final int OUTPUT_TOKENS = TokenEmbedding.OUTPUT_TOKENS;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    private final float[] gaussian = GpuArrays.random(1, CHANNELS, 1);
    private final float[] embeddings = GpuArrays.random(2, 5 * CHANNELS, 1);
    private final float[] outputTokens = GpuArrays.random(3, OUTPUT_TOKENS * CHANNELS, 1);

    @ParameterizedTest
    @CsvSource({"1, 1, 6", "3, 2, 8", "5, 7, 16", "2, 300, 305"})
    void tokensOfEveryKindThenZeros(int pairs, int points, int tokens) {
        float[] coords = GpuArrays.random(4, pairs * points * 2, 300);
        int[] labels = new int[pairs * points];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 5 - 1;
        }
        int[] counts = new int[pairs];
        for (int pair = 0; pair < pairs; pair++) {
            counts[pair] = OUTPUT_TOKENS + Math.max(0, points - pair);
        }
        GpuArrays.Array out = gpu.output("tokens", Element.FP32, (long) pairs * tokens * CHANNELS);
        launch(coords, labels, counts, out, points, tokens);

        double[] reference = new double[pairs * tokens * CHANNELS];
        for (int pair = 0; pair < pairs; pair++) {
            for (int token = 0; token < counts[pair]; token++) {
                double[] row = token < OUTPUT_TOKENS
                        ? outputToken(token)
                        : point(coords, labels, pair * points + token - OUTPUT_TOKENS);
                System.arraycopy(row, 0, reference, (pair * tokens + token) * CHANNELS, CHANNELS);
            }
        }
        float[] got = gpu.floats(out);
        assertThat(GpuArrays.relativeError(got, reference)).isLessThan(1e-6);
        for (int i = 0; i < got.length; i++) {
            if (reference[i] == 0) {
                assertThat(got[i]).as("element %s past the real tokens", i).isZero();
            }
        }
        assertThat(gpu.trace()).containsOnly("token_embedding");
    }

    private void launch(float[] coords, int[] labels, int[] counts, GpuArrays.Array out, int points, int tokens) {
        TokenEmbedding kernel = new TokenEmbedding(gpu.device());
        var onDevice = gpu.floats(coords);
        var kinds = gpu.ints(labels);
        var real = gpu.ints(counts);
        var matrix = gpu.floats(gaussian);
        var learned = gpu.floats(embeddings);
        var first = gpu.floats(outputTokens);
        gpu.runTwice(
                () -> kernel.launch(
                        gpu.stream(),
                        onDevice,
                        kinds,
                        real,
                        matrix,
                        learned,
                        first,
                        out.buffer(),
                        counts.length,
                        points,
                        tokens),
                out);
    }

    private double[] outputToken(int token) {
        double[] row = new double[CHANNELS];
        for (int i = 0; i < CHANNELS; i++) {
            row[i] = outputTokens[token * CHANNELS + i];
        }
        return row;
    }

    private double[] point(float[] coords, int[] labels, int index) {
        return TokenEmbeddingReference.point(
                coords[2 * index], coords[2 * index + 1], labels[index], gaussian, embeddings);
    }
}
