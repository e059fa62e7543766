package org.samfast.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.samfast.backend.CacheFolder;

class SamOptionsTest {
    @Test
    void derivedFilesLieInTheUsersCacheUnlessAnOptionNamesAFolder() {
        assertThat(cache(SamOptions.of(Map.of(), Path.of("/s")))).isEqualTo(Path.of("/s/onnx"));
        assertThat(cache(SamOptions.of(Map.of("cacheDirectory", "/mine"), Path.of("/s"))))
                .isEqualTo(Path.of("/mine"));
        // the build sets SAM_CACHE_DIR for its tests
        assertThat(System.getenv("SAM_CACHE_DIR")).isNotEmpty();
        assertThat(cache(SamOptions.of(Map.of())))
                .isEqualTo(Path.of(System.getenv("SAM_CACHE_DIR")).resolve("onnx"))
                .isEqualTo(CacheFolder.onnx(CacheFolder.ofUser()));
    }

    @Test
    void anUnknownOptionIsNamedWithTheKnownOnes() {
        assertThatThrownBy(() -> SamOptions.of(Map.of("thread", "2"), Path.of("/s")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("option 'thread' is unknown to the engine Sam. Known: backend, cacheDirectory, precision,"
                        + " threads.");
    }

    private static Path cache(SamOptions options) {
        return options.opening().cacheDirectory();
    }
}
