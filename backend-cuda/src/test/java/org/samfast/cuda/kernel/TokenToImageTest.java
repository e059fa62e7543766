package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.kernel.TokenAttentionCase.Rows;

@Tag("gpu")
class TokenToImageTest {
    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @CsvSource({"FP32, 1, 1", "FP32, 3, 8", "BF16, 1, 7", "BF16, 4, 16", "BF16, 2, 65"})
    void realTokensAttendToTheImage(Element element, int pairs, int tokens) {
        TokenToImage kernel = new TokenToImage(gpu.device(), element);
        TokenAttentionCase attention = new TokenAttentionCase(
                new Rows(false, Element.FP32),
                new Rows(true, element),
                128,
                (q, k, v, counts, out, all, padded) -> kernel.launch(gpu.stream(), q, k, v, counts, out, all, padded));
        attention.check(gpu, pairs, tokens);
        assertThat(gpu.trace()).containsOnly("token_to_image_" + element.suffix());
    }
}
