package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.NeckGatherReference;

@Tag("gpu")
class NeckGatherTest {
    private static final int IMAGE = 4096 * 256;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @CsvSource({"BF16, 1", "FP32, 1", "BF16, 3", "FP32, 2"})
    void neighboursOfEveryToken(Element element, int images) {
        float[] in = GpuArrays.rounded(element, GpuArrays.random(1, images * IMAGE, 1));
        GpuArrays.Array out = gpu.output("out", element, 9L * images * IMAGE);
        NeckGather kernel = new NeckGather(gpu.device(), element);
        DeviceBuffer tokens = gpu.of(element, in);
        gpu.runTwice(() -> kernel.launch(gpu.stream(), tokens, out.buffer(), images), out);

        assertThat(gpu.floats(out)).isEqualTo(NeckGatherReference.gather(in));
        assertThat(gpu.trace()).containsOnly("neck_gather_" + element.suffix());
    }
}
