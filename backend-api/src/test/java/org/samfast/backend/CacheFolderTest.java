package org.samfast.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheFolderTest {
    @ParameterizedTest
    @CsvSource({
        "Linux,, /home/u/.cache/sam",
        "Linux, XDG_CACHE_HOME=/c, /c/sam",
        "Linux, XDG_CACHE_HOME=relative, /home/u/.cache/sam",
        "Linux, SAM_CACHE_DIR=/s XDG_CACHE_HOME=/c, /s",
        "Linux, SAM_CACHE_DIR=, /home/u/.cache/sam",
        "Mac OS X,, /home/u/Library/Caches/sam",
        "Mac OS X, SAM_CACHE_DIR=/s, /s",
        "Windows 11, LOCALAPPDATA=/local, /local/sam",
        "Windows 11,, /home/u/AppData/Local/sam",
    })
    void isThePlatformsCacheFolderOrTheOneTheUserNames(String system, String variables, Path expected) {
        assertThat(CacheFolder.of(environment(variables), system, Path.of("/home/u")))
                .isEqualTo(expected);
    }

    private static Map<String, String> environment(String variables) {
        Map<String, String> environment = new HashMap<>();
        if (variables != null) {
            for (String variable : variables.split(" ", -1)) {
                int equals = variable.indexOf('=');
                environment.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        return environment;
    }
}
