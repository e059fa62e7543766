package org.samfast.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelsTest {
    @TempDir
    Path folder;

    @Test
    void findsTheBuiltInModelOfThisInstallation() throws Exception {
        assertThat(Models.ofPlatform().file("vit_t")).isRegularFile();
    }

    @Test
    void findsADownloadedModel() throws Exception {
        Path file = Files.createDirectories(folder.resolve("models")).resolve("sam_vit_b_01ec64.pth");
        Files.writeString(file, "weights");
        assertThat(models().file("vit_b")).isEqualTo(file);
    }

    @ParameterizedTest
    @CsvSource({"vit_b, 375 MB", "vit_l, 1250 MB", "vit_h, 2565 MB"})
    void saysHowToFetchAModelThatIsNotThere(String name, String size) {
        assertThatThrownBy(() -> models().file(name))
                .isInstanceOf(ModelException.class)
                .hasMessageEndingWith(
                        "model '" + name + "' is not downloaded; run: sam download " + name + " (" + size + ")");
    }

    @Test
    void namesTheModelsWhereOneIsUnknown() {
        assertThatThrownBy(() -> models().file("vit_x"))
                .isInstanceOf(ModelException.class)
                .hasMessage("model 'vit_x' is unknown: expected vit_t (built in), vit_b, vit_l or vit_h;"
                        + " other files by --weights FILE");
    }

    private Models models() {
        return new Models(null, new ModelCache(folder));
    }
}
