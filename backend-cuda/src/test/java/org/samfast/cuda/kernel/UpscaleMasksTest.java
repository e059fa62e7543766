package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.GeluReference;
import org.samfast.cuda.reference.LayerNormReference;
import org.samfast.cuda.reference.LinearReference;
import org.samfast.cuda.reference.MaskProductReference;

/** The fused upscaling against its steps in double; and each pair alone, for the same bits. */
@Tag("gpu")
class UpscaleMasksTest {
    private static final int TOKENS = 4096;
    private static final int CHANNELS = 256;
    private static final int LOGITS = 4 * 256 * 256;
    /** Both activations are rounded to bf16, and the biases cancel nothing. */
    private static final double TOLERANCE = 5e-3;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    private final float[] weight1 = GpuArrays.rounded(Element.BF16, GpuArrays.random(1, 4 * 64 * CHANNELS, 0.06f));
    private final float[] weight2 = GpuArrays.rounded(Element.BF16, GpuArrays.random(2, 4 * 32 * 64, 0.12f));
    private final float[] bias1 = fourTimes(GpuArrays.random(3, 64, 1));
    private final float[] bias2 = fourTimes(GpuArrays.random(4, 32, 1));
    private final float[] gamma = GpuArrays.random(5, 64, 1);
    private final float[] beta = GpuArrays.random(6, 64, 1);

    @BeforeAll
    static void onlyOnHopper() {
        assumeTrue(UpscaleMasks.isThere(gpu.device()), "needs a GPU of compute capability 9.0");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void theLogitsAreThoseOfTheSteps(int pairs) {
        float[] keys = GpuArrays.rounded(Element.BF16, GpuArrays.random(7, pairs * TOKENS * CHANNELS, 1));
        float[] hyper = GpuArrays.random(8, pairs * 4 * 32, 1);
        float[] got = run(keys, hyper, pairs);
        for (int pair = 0; pair < pairs; pair += 3) {
            float[] ownKeys = Arrays.copyOfRange(keys, pair * TOKENS * CHANNELS, (pair + 1) * TOKENS * CHANNELS);
            float[] ownHyper = Arrays.copyOfRange(hyper, pair * 128, (pair + 1) * 128);
            float[] own = Arrays.copyOfRange(got, pair * LOGITS, (pair + 1) * LOGITS);
            assertThat(GpuArrays.relativeError(own, reference(ownKeys, ownHyper)))
                    .isLessThan(TOLERANCE);
            assertThat(Arrays.mismatch(run(ownKeys, ownHyper, 1), own))
                    .as("first logit of pair %s that is another alone", pair)
                    .isEqualTo(-1);
        }
    }

    private float[] run(float[] keys, float[] hyper, int pairs) {
        LinearWeights first = new LinearWeights(gpu.of(Element.BF16, weight1), gpu.floats(bias1), 256, CHANNELS);
        LinearWeights second = new LinearWeights(gpu.of(Element.BF16, weight2), gpu.floats(bias2), 128, 64);
        NormWeights norm = new NormWeights(gpu.floats(gamma), gpu.floats(beta), 64);
        GpuArrays.Array logits = gpu.output("logits", Element.FP32, (long) pairs * LOGITS);
        DeviceBuffer in = gpu.of(Element.BF16, keys);
        DeviceBuffer vectors = gpu.floats(hyper);
        UpscaleMasks kernel = new UpscaleMasks(gpu.device());
        gpu.runTwice(
                () -> kernel.upscale(gpu.stream(), in, first, norm, second, vectors, logits.buffer(), pairs), logits);
        return gpu.floats(logits);
    }

    private double[] reference(float[] keys, float[] hyper) {
        float[] none = new float[0];
        double[] doubled =
                LinearReference.of(keys, weight1, bias1, none, TOKENS, 256, CHANNELS, Linear.Activation.NONE);
        double[] normed = LayerNormReference.normalize(narrow(doubled), gamma, beta, 1e-6, true);
        double[] upscaled =
                LinearReference.of(narrow(normed), weight2, bias2, none, 4 * TOKENS, 128, 64, Linear.Activation.NONE);
        float[] active = new float[upscaled.length];
        for (int i = 0; i < active.length; i++) {
            active[i] = (float) GeluReference.gelu(upscaled[i]);
        }
        return MaskProductReference.logits(active, hyper, 1);
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    private static float[] fourTimes(float[] values) {
        float[] all = new float[4 * values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = values[i % values.length];
        }
        return all;
    }
}
