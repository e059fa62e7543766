package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.TokenAttentionReference;

/**
 * One attention of the decoder over several pairs, with fewer real tokens in each pair than in the one before: against the
 * reference, and each pair once more alone, without padding, for the same bits.
 *
 * @param queries what the queries are, rows past the real ones becoming 0
 * @param keys what keys and values are
 */
record TokenAttentionCase(Rows queries, Rows keys, int channels, Launcher launcher) {
    private static final int IMAGE_TOKENS = 4096;

    /** Rows of an input: the image's tokens, or the prompt's, of which only some are real. */
    record Rows(boolean ofImage, Element element) {
        int padded(int tokens) {
            return ofImage ? IMAGE_TOKENS : tokens;
        }
    }

    /** The kernel's launch, bound to its device. */
    interface Launcher {
        void launch(
                DeviceBuffer q,
                DeviceBuffer k,
                DeviceBuffer v,
                DeviceBuffer counts,
                DeviceBuffer out,
                int pairs,
                int tokens);
    }

    void check(GpuArrays gpu, int pairs, int tokens) {
        int[] counts = new int[pairs];
        Arrays.setAll(counts, pair -> Math.max(1, tokens - 3 * pair));
        float[] q = random(1, queries, pairs, tokens, 2);
        float[] k = random(2, keys, pairs, tokens, 1);
        float[] v = random(3, keys, pairs, tokens, 1);
        float[] got = run(gpu, q, k, v, counts, tokens);
        for (int pair = 0; pair < pairs; pair++) {
            int real = counts[pair];
            float[] ownQ = rows(q, queries, pair, tokens, real);
            float[] ownK = rows(k, keys, pair, tokens, real);
            float[] ownV = rows(v, keys, pair, tokens, real);
            float[] own = rows(got, queries, pair, tokens, real);
            double[] reference = TokenAttentionReference.attend(ownQ, ownK, ownV, channels);
            assertThat(GpuArrays.relativeError(own, reference))
                    .as("pair %s", pair)
                    .isLessThan(Tolerance.stored(queries.element()));
            assertThat(Arrays.mismatch(run(gpu, ownQ, ownK, ownV, new int[] {real}, real), own))
                    .as("first element of pair %s that is another alone", pair)
                    .isEqualTo(-1);
            int padding = (queries.padded(tokens) - queries.padded(real)) * channels;
            int end = (pair + 1) * queries.padded(tokens) * channels;
            assertThat(Arrays.copyOfRange(got, end - padding, end)).isEqualTo(new float[padding]);
        }
    }

    private float[] random(long seed, Rows rows, int pairs, int tokens, float scale) {
        return GpuArrays.rounded(rows.element(), GpuArrays.random(seed, pairs * rows.padded(tokens) * channels, scale));
    }

    private float[] rows(float[] all, Rows rows, int pair, int tokens, int real) {
        int from = pair * rows.padded(tokens) * channels;
        return Arrays.copyOfRange(all, from, from + rows.padded(real) * channels);
    }

    private float[] run(GpuArrays gpu, float[] q, float[] k, float[] v, int[] counts, int tokens) {
        DeviceBuffer onQ = gpu.of(queries.element(), q);
        DeviceBuffer onK = gpu.of(keys.element(), k);
        DeviceBuffer onV = gpu.of(keys.element(), v);
        DeviceBuffer real = gpu.ints(counts);
        GpuArrays.Array out = gpu.output("out", queries.element(), q.length);
        gpu.runTwice(() -> launcher.launch(onQ, onK, onV, real, out.buffer(), counts.length, tokens), out);
        return gpu.floats(out);
    }
}
