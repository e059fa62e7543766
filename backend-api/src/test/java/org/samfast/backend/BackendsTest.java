package org.samfast.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.samfast.checkpoint.Checkpoint;

class BackendsTest {
    private static final BackendProvider BROKEN = new Fake("cuda", Optional.of("libcuda.so.1 not found"));
    private static final BackendProvider FIRST = new Fake("onnx", Optional.empty());
    private static final BackendProvider SECOND = new Fake("slow", Optional.empty());

    @Test
    void autoTakesTheFirstThatIsUsable() {
        assertThat(Backends.choose("auto", List.of(BROKEN, FIRST, SECOND))).isSameAs(FIRST);
    }

    @Test
    void aNameTakesThatOneWhateverItsRank() {
        assertThat(Backends.choose("slow", List.of(BROKEN, FIRST, SECOND))).isSameAs(SECOND);
    }

    @Test
    void aNamedBackendIsNeverReplaced() {
        assertRefused(
                "cuda", "backend 'cuda' is not usable: libcuda.so.1 not found. Usable here: onnx.", BROKEN, FIRST);
        assertRefused("cuda", "backend 'cuda' is not usable: libcuda.so.1 not found. Usable here: none.", BROKEN);
    }

    @Test
    void anUnknownNameNamesTheKnown() {
        assertRefused("cuda12", "backend 'cuda12' is unknown. Known: auto, cuda, onnx.", BROKEN, FIRST);
    }

    @Test
    void autoSaysWhyNothingIsUsable() {
        assertRefused("auto", "no backend is usable here: cuda: libcuda.so.1 not found", BROKEN);
    }

    @Test
    void aRefusedPrecisionNamesThoseThatAreSupported() {
        assertThatExceptionOfType(BackendException.class)
                .isThrownBy(() -> Backends.requireSupport(FIRST, Precision.FP16))
                .withMessage(
                        "backend 'onnx' does not compute in fp16. It supports: fp32, bf16, int8, bf16-sparse24, int8-sparse24.");
        Backends.requireSupport(FIRST, Precision.BF16);
        Backends.requireSupport(FIRST, null);
    }

    private static void assertRefused(String name, String sentence, BackendProvider... providers) {
        assertThatExceptionOfType(BackendException.class)
                .isThrownBy(() -> Backends.choose(name, List.of(providers)))
                .withMessage(sentence);
    }

    private record Fake(String name, Optional<String> unusableBecause) implements BackendProvider {
        @Override
        public int rank() {
            return 0;
        }

        @Override
        public String description() {
            return name;
        }

        @Override
        public Support support(Precision precision) {
            return precision == Precision.FP16 ? Support.REFUSED : Support.WIDENED;
        }

        @Override
        public SamBackend open(Checkpoint weights, BackendOptions options) {
            throw new BackendException(name + ": only a name");
        }
    }
}
