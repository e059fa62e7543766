package org.samfast.packed;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.samfast.checkpoint.CheckpointException;
import org.samfast.checkpoint.TensorFile;
import org.samfast.tensor.DType;
import org.samfast.tensor.Tensor;

/** Against words that testdata/golden/convert/make.py lays out thread by thread, as the GPU reads them. */
class TwoFourMetadataTest {
    private static final Path GOLDEN =
            Path.of(System.getProperty("sam.testdata"), "golden/convert/metadata.safetensors");

    @ParameterizedTest
    @EnumSource(names = {"BF16", "I8"})
    void wordsAndBack(DType values) throws CheckpointException {
        try (TensorFile golden = TensorFile.open(GOLDEN)) {
            Tensor nibbles = golden.tensor("nibbles");
            Tensor words = golden.tensor(values == DType.I8 ? "int8" : "bf16");
            int rows = (int) nibbles.shape()[0];
            int columns = 4 * (int) nibbles.shape()[1];
            byte[] kept = nibbles.data().toArray(ValueLayout.JAVA_BYTE);
            assertThat(TwoFourMetadata.shape(values, rows, columns)).isEqualTo(words.shape());
            assertThat(TwoFourMetadata.pack(values, rows, columns, kept))
                    .isEqualTo(words.data().toArray(ValueLayout.JAVA_INT_UNALIGNED));
            assertThat(TwoFourMetadata.unpack(values, rows, columns, words.data()))
                    .isEqualTo(kept);
            assertThat(TwoFourMetadata.isLegal(words.data())).isTrue();
        }
    }

    @Test
    void onlyAscendingPairsAreLegal() {
        for (int nibble = 0; nibble < 16; nibble++) {
            boolean ascends = (nibble & 3) < nibble >> 2;
            for (int place = 0; place < 8; place++) {
                int word = (0x44444444 & ~(0xf << (4 * place))) | (nibble << (4 * place));
                assertThat(TwoFourMetadata.isLegal(MemorySegment.ofArray(new int[] {word})))
                        .as("%08x", word)
                        .isEqualTo(ascends);
            }
        }
    }
}
