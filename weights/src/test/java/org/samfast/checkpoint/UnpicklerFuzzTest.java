package org.samfast.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are a pickle of weights, bare or in the old format of torch.save, or a {@link CheckpointException}. */
@Tag("fuzz")
class UnpicklerFuzzTest {
    private static final long MOST_FLOATS = 1 << 16;

    /** Old files as they are, and the pickles out of the zip archives. */
    static Stream<byte[]> seeds() {
        return FuzzSeeds.files(".pth").map(UnpicklerFuzzTest::pickle);
    }

    private static byte[] pickle(byte[] file) {
        try {
            return ZipDirectory.read(FuzzSeeds.inMemory(file)).entrySet().stream()
                    .filter(entry -> entry.getKey().endsWith("data.pkl"))
                    .map(entry -> entry.getValue().toArray(ValueLayout.JAVA_BYTE))
                    .findFirst()
                    .orElse(file);
        } catch (CheckpointException e) {
            return file;
        }
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void readsOrRefuses(byte[] bytes) {
        MappedFile file = FuzzSeeds.inMemory(bytes);
        try {
            readTensors(file, StateDict.of(Unpickler.read(cursor(file)).value(), file));
        } catch (CheckpointException e) {
            FuzzSeeds.requireSentence(e);
        }
        try {
            LegacyPthReader.read(file);
        } catch (CheckpointException e) {
            FuzzSeeds.requireSentence(e);
        }
    }

    private static ByteCursor cursor(MappedFile file) {
        return new ByteCursor(file, "pickle", file.bytes());
    }

    /** As if every storage were the file itself. */
    private static void readTensors(MappedFile file, Map<String, PickledTensor> tensors) throws CheckpointException {
        for (Map.Entry<String, PickledTensor> tensor : tensors.entrySet()) {
            var view = tensor.getValue().in(file.bytes(), tensor.getKey(), file);
            if (view.elements() <= MOST_FLOATS) {
                view.toFloats();
            }
        }
    }
}
