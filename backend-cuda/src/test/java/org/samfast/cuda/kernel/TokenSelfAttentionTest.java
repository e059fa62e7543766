package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.kernel.TokenAttentionCase.Rows;

@Tag("gpu")
class TokenSelfAttentionTest {
    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 7", "4, 16", "2, 33", "2, 300"})
    void tokensAttendToTheRealOnes(int pairs, int tokens) {
        TokenSelfAttention kernel = new TokenSelfAttention(gpu.device());
        TokenAttentionCase attention = new TokenAttentionCase(
                new Rows(false, Element.FP32),
                new Rows(false, Element.FP32),
                256,
                (q, k, v, counts, out, all, padded) -> kernel.launch(gpu.stream(), q, k, v, counts, out, all, padded));
        attention.check(gpu, pairs, tokens);
        assertThat(gpu.trace()).containsOnly("token_self_attention");
    }
}
