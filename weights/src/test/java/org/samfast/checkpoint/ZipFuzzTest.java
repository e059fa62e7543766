package org.samfast.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.tensor.Tensor;

/** Any bytes are a zip archive of weights or a {@link CheckpointException}. */
@Tag("fuzz")
class ZipFuzzTest {
    static Stream<byte[]> seeds() {
        return FuzzSeeds.files(".pth");
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void readsOrRefuses(byte[] bytes) {
        try {
            PthReader.read(FuzzSeeds.inMemory(bytes)).values().forEach(Tensor::isContiguous);
        } catch (CheckpointException e) {
            FuzzSeeds.requireSentence(e);
        }
    }
}
