package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.kernel.TokenAttentionCase.Rows;

@Tag("gpu")
class ImageToTokenTest {
    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @CsvSource({"FP32, 1, 1", "FP32, 3, 8", "BF16, 1, 7", "BF16, 4, 16", "BF16, 2, 65"})
    void theImageAttendsToTheRealTokens(Element element, int pairs, int tokens) {
        ImageToToken kernel = new ImageToToken(gpu.device(), element);
        TokenAttentionCase attention = new TokenAttentionCase(
                new Rows(true, element),
                new Rows(false, Element.FP32),
                128,
                (q, k, v, counts, out, all, padded) -> kernel.launch(gpu.stream(), q, k, v, counts, out, all, padded));
        attention.check(gpu, pairs, tokens);
        assertThat(gpu.trace()).containsOnly("image_to_token_" + element.suffix());
    }
}
