package org.samfast.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.tensor.Tensor;

/** Any bytes are a .safetensors file or a {@link CheckpointException}. */
@Tag("fuzz")
class SafetensorsFuzzTest {
    static Stream<byte[]> seeds() {
        return FuzzSeeds.files(".safetensors");
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void readsOrRefuses(byte[] bytes) {
        MappedFile file = FuzzSeeds.inMemory(bytes);
        try {
            SafetensorsHeader.read(file).tensors(file).values().forEach(Tensor::toFloats);
        } catch (CheckpointException e) {
            FuzzSeeds.requireSentence(e);
        }
    }
}
