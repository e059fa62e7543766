package org.samfast.cli.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
    @TempDir
    Path folder;

    @Test
    void replacesTheFile() throws Exception {
        Path target = Files.writeString(folder.resolve("a.json"), "old");
        OutputFile.write(target, out -> out.write("new".getBytes(UTF_8)));
        assertThat(target).hasContent("new");
        assertThat(folder).isDirectoryContaining(target::equals).isDirectoryNotContaining(file -> file.toString()
                .endsWith(".tmp"));
    }

    @Test
    void keepsTheOldFileWhereWritingFails() throws Exception {
        Path target = Files.writeString(folder.resolve("a.json"), "old");
        assertThatThrownBy(() -> OutputFile.write(target, out -> {
                    out.write(new byte[1 << 20]);
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(OutputException.class)
                .hasMessage("cannot write " + target + ": No space left on device");
        assertThat(target).hasContent("old");
        assertThat(folder).isDirectoryNotContaining(file -> file.toString().endsWith(".tmp"));
    }

    @Test
    void saysThatAFolderIsMissing() {
        Path target = folder.resolve("nowhere/a.json");
        assertThatThrownBy(() -> OutputFile.write(target, out -> {}))
                .hasMessage("cannot write " + target + ": its folder does not exist; make it, or choose another");
    }
}
