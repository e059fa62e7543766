package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.DensePromptReference;

@Tag("gpu")
class DensePromptTest {
    private static final int CHANNELS = 256;
    private static final int IMAGE = 4096 * CHANNELS;
    private static final int MASK = 256 * 256;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    private final float[] noMask = GpuArrays.random(1, CHANNELS, 1);
    private final float[] masks = GpuArrays.random(2, 2 * MASK, 5);
    private final float[] weights = GpuArrays.random(3, DensePrompt.WEIGHTS, 0.5f);

    /** The first image without and with a mask, the second with another mask, and no image without and with a mask. */
    @ParameterizedTest
    @EnumSource(Element.class)
    void embeddingOfEachPairsImagePlusThatOfItsMask(Element element) {
        float[] images = GpuArrays.rounded(element, GpuArrays.random(4, 2 * IMAGE, 1));
        int[] image = {0, 0, 1, -1, -1};
        int[] mask = {-1, 1, 0, -1, 1};
        DeviceBuffer embeddings = gpu.of(element, images);
        GpuArrays.Array keys = gpu.output("keys", element, (long) image.length * IMAGE);
        launch(element, addresses(embeddings, image, element), mask, keys);

        float[] got = gpu.floats(keys);
        for (int pair = 0; pair < image.length; pair++) {
            double[] reference = mask[pair] < 0 ? withoutMask() : withMask(mask[pair]);
            for (int i = 0; i < IMAGE && image[pair] >= 0; i++) {
                reference[i] += images[image[pair] * IMAGE + i];
            }
            float[] own = Arrays.copyOfRange(got, pair * IMAGE, (pair + 1) * IMAGE);
            assertThat(GpuArrays.relativeError(own, reference))
                    .as("pair %s", pair)
                    .isLessThan(Tolerance.stored(element));
        }
        assertThat(gpu.trace()).containsOnly("dense_prompt_" + element.suffix());
    }

    private void launch(Element element, byte[] addresses, int[] mask, GpuArrays.Array keys) {
        DensePrompt kernel = new DensePrompt(gpu.device(), element);
        DeviceBuffer embeddings = gpu.bytes(addresses);
        DeviceBuffer absent = gpu.floats(noMask);
        DeviceBuffer index = gpu.ints(mask);
        DeviceBuffer logits = gpu.floats(masks);
        DeviceBuffer encoder = gpu.floats(weights);
        gpu.runTwice(
                () -> kernel.launch(
                        gpu.stream(), embeddings, absent, index, logits, encoder, keys.buffer(), mask.length),
                keys);
    }

    private static byte[] addresses(DeviceBuffer embeddings, int[] image, Element element) {
        ByteBuffer addresses = ByteBuffer.allocate(image.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int index : image) {
            addresses.putLong(index < 0 ? 0 : embeddings.address() + (long) index * IMAGE * element.bytes());
        }
        return addresses.array();
    }

    private double[] withoutMask() {
        double[] dense = new double[IMAGE];
        Arrays.setAll(dense, i -> noMask[i % CHANNELS]);
        return dense;
    }

    private double[] withMask(int mask) {
        return DensePromptReference.embed(Arrays.copyOfRange(masks, mask * MASK, (mask + 1) * MASK), weights);
    }
}
