package org.samfast.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.checkpoint.CheckpointException;
import org.samfast.checkpoint.TensorFile;
import org.samfast.tensor.DType;

/** Against torch's casts, bit for bit: testdata/golden/convert/make.py. */
class DenseRoundingTest {
    private static final Path GOLDEN =
            Path.of(System.getProperty("sam.testdata"), "golden/convert/rounding.safetensors");

    @ParameterizedTest
    @CsvSource({"f32, BF16, bf16", "small, F16, fp16", "f32, F32, f32"})
    void roundsAsTorch(String from, DType to, String expected) throws CheckpointException {
        try (TensorFile golden = TensorFile.open(GOLDEN);
                Arena arena = Arena.ofConfined()) {
            MemorySegment rounded = new DenseRounding(to, new ErrorSum())
                    .round("x", golden.tensor(from), arena)
                    .data();
            assertThat(rounded.toArray(ValueLayout.JAVA_BYTE))
                    .isEqualTo(golden.tensor(expected).data().toArray(ValueLayout.JAVA_BYTE));
        }
    }
}
