package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.cli.SamProcess.Ended;
import org.samfast.cli.terminal.ExitCode;

/** {@code sam segment} as a process on the real backend, with the built-in model. */
class SegmentIT {
    private static final Path GROCERIES = Path.of(System.getProperty("sam.testdata"), "images/groceries.jpg");

    @TempDir
    Path folder;

    @Test
    void aClickOnTheFrontBagFindsTheBag() throws Exception {
        Ended ended = SamProcess.in(folder).run("segment", GROCERIES.toString(), "--points", "400,270");
        assertThat(ended.exitCode()).as(ended.stderr()).isZero();
        assertThat(ended.stdout())
                .startsWith("groceries.mask.png  object 1  score 0.")
                .hasLineCount(1);
        assertThat(ended.errorLines())
                .hasSize(3)
                .contains("model: vit_t, a small demo model; for real quality: sam download vit_b");
        assertThat(ended.errorLines().getFirst())
                .startsWith("backend: onnx (CPU, ")
                .contains("computed fp32");
        var mask = ImageIO.read(folder.resolve("groceries.mask.png").toFile()).getRaster();
        assertThat(mask.getSample(400, 270, 0)).isEqualTo(255);
        assertThat(mask.getSample(100, 100, 0)).isZero();
        assertThat(files()).containsExactly("cache", "groceries.mask.png", "groceries.overlay.png");
    }

    @Test
    void aPackedPrecisionIsMadeOnceAndKept() throws Exception {
        for (int i = 0; i < 2; i++) {
            Ended ended = SamProcess.in(folder)
                    .run("segment", GROCERIES.toString(), "--points", "400,270", "--precision", "bf16-sparse24");
            assertThat(ended.exitCode()).as(ended.stderr()).isZero();
            assertThat(ended.errorLines())
                    .contains("precision: asked for bf16-sparse24, computed fp32")
                    .last()
                    .asString()
                    .startsWith("weights: " + folder.resolve("cache/packed/710537cc96f9a85d-bf16-sparse24.safetensors"))
                    .endsWith(", stored bf16-sparse24");
        }
        try (Stream<Path> kept = Files.list(folder.resolve("cache/packed"))) {
            assertThat(kept).hasSize(1);
        }
    }

    @Test
    void aLongCommandLineOfOddNamesWorks() throws Exception {
        String odd = "a 'bag' $HOME \\ \u00e9";
        Files.copy(GROCERIES, folder.resolve(odd + ".jpg"));
        List<String> words =
                new ArrayList<>(List.of("segment", odd + ".jpg", "--points", "400,270", "--format", "rle"));
        for (int i = 0; i < 300; i++) {
            words.add("missing-photo-" + i + ".jpg");
        }
        Ended ended = SamProcess.in(folder).with("LC_ALL", "C.UTF-8").run(words.toArray(String[]::new));
        assertThat(ended.exitCode()).as(ended.stderr()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(ended.stderr()).contains("sam: 300 of 301 images failed: missing-photo-0.jpg, ");
        assertThat(folder.resolve(odd + ".rle.json")).isRegularFile();
    }

    @Test
    void ctrlCLeavesNoTemporaryFilesAndExitsWith130() throws Exception {
        assumeFalse(SamProcess.ignoresCtrlC(), "this process and so its children ignore Ctrl-C");
        Files.createDirectory(folder.resolve("photos"));
        for (int i = 0; i < 60; i++) {
            Files.copy(GROCERIES, folder.resolve("photos/" + i + ".jpg"));
        }
        Process process = SamProcess.in(folder)
                .start(folder.resolve("out"), folder.resolve("err"), "segment", "photos", "--points", "400,270");
        while (process.isAlive() && Files.size(folder.resolve("out")) == 0) {
            Thread.sleep(20);
        }
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                .start()
                .waitFor();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(files()).contains("0.mask.png").noneMatch(name -> name.endsWith(".tmp"));
    }

    private List<String> files() throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
