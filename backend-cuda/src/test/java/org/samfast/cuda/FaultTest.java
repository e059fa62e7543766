package org.samfast.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line on a GPU that goes wrong on purpose, each in a process of its own. */
@Tag("gpu")
class FaultTest {
    private static final Path TESTDATA = Path.of(System.getProperty("sam.testdata"));
    private static final int IMAGES = 9;
    private static final int BAD = 4;
    /** In the folder of a test, what its commands read. */
    private static final String STDIN = "stdin";

    @TempDir
    Path folder;

    private record Ended(int exitCode, String output) {}

    @Test
    void aBadAccessCostsItsBatchAndTheRestIsDoneByANewProcess() throws Exception {
        Path photos = Files.createDirectory(folder.resolve("photos"));
        for (int i = 1; i <= IMAGES; i++) {
            Files.copy(TESTDATA.resolve("images/dog.jpg"), photos.resolve(i + ".jpg"));
        }
        Path out = folder.resolve("out");
        String[] segment = {
            "segment",
            photos.toString(),
            "--points",
            "300,400",
            "--format",
            "png",
            "--batch",
            "2",
            "--backend",
            "cuda",
            "--out",
            out.toString()
        };
        // the new process has fewer images left than launches until its own fault
        Ended ended = sam("patchify_bf16:" + (IMAGES / 2 + 1), segment);
        assertThat(ended.exitCode).as(ended.output).isEqualTo(1);
        assertThat(ended.output)
                .contains("CUDA_ERROR_ILLEGAL_ADDRESS (700)")
                .containsOnlyOnce("the backend is lost; a new process goes on")
                .contains(" of " + IMAGES + " images failed: ");
        String failed = ended.output
                .lines()
                .filter(line -> line.contains(" images failed: "))
                .reduce((first, last) -> last)
                .orElseThrow();
        assertThat(failed).contains(photos.resolve((IMAGES / 2 + 1) + ".jpg").toString());
        List<String> masks = names(out, ".mask.png");
        for (int i = 1; i <= IMAGES; i++) {
            assertThat(masks.contains(i + ".mask.png"))
                    .as(ended.output)
                    .isNotEqualTo(failed.contains(photos.resolve(i + ".jpg").toString()));
        }
        assertThat(masks).hasSizeBetween(IMAGES - 2, IMAGES - 1);
    }

    @Test
    void aListOnStdinAndEverythingModeGoOnInANewProcessToo() throws Exception {
        StringBuilder list = new StringBuilder();
        for (int i = 1; i <= IMAGES; i++) {
            Path photo = folder.resolve(i + ".jpg");
            Files.copy(TESTDATA.resolve("images/dog.jpg"), photo);
            list.append(photo).append('\n');
        }
        Files.writeString(folder.resolve(STDIN), list);
        Path masks = folder.resolve("masks");
        goesOn(masks, "--points", "300,400", "--format", "png", "--batch", "2");
        Path found = folder.resolve("found");
        goesOn(found, "--everything", "--points-per-side", "4");
        assertThat(names(masks, ".mask.png")).hasSizeBetween(IMAGES - 2, IMAGES - 1);
        assertThat(names(found, "")).hasSizeBetween(IMAGES - 4, IMAGES); // of each a folder, and the journal
    }

    private void goesOn(Path out, String... asked) throws Exception {
        List<String> words = new ArrayList<>(List.of("segment", "-", "--backend", "cuda", "--out", out.toString()));
        words.addAll(List.of(asked));
        Ended ended = sam("patchify_bf16:" + (IMAGES / 2 + 1), words.toArray(String[]::new));
        assertThat(ended.exitCode).as(ended.output).isEqualTo(1);
        assertThat(ended.output)
                .containsOnlyOnce("the backend is lost; a new process goes on")
                .contains(" of " + IMAGES + " images failed: ");
    }

    @Test
    void aSpoiltTableOfRelativePositionsIsFoundInItsBlock() throws Exception {
        Ended right = sam("", "verify", "--backend", "cuda");
        assertThat(right.exitCode).as(right.output).isZero();
        for (String precision : List.of("bf16", "fp32")) {
            for (int block : new int[] {BAD, BAD + 1}) { // in windows, and global
                Ended wrong = sam("rel_pos:" + block, "verify", "--backend", "cuda", "--precision", precision);
                assertThat(wrong.exitCode).as(wrong.output).isEqualTo(4);
                assertThat(wrong.output).endsWith("WRONG from block.0" + block + " on\n");
            }
        }
    }

    @Test
    void aNamedBackendThatComputesWronglyStopsAtItsFirstUse() throws Exception {
        String photo = TESTDATA.resolve("images/dog.jpg").toString();
        String[] segment = {"segment", photo, "--points", "300,400", "--backend", "cuda", "--out", folder.toString()};
        Ended wrong = sam("rel_pos:" + BAD, segment);
        assertThat(wrong.exitCode).as(wrong.output).isEqualTo(4);
        assertThat(wrong.output).contains("computes SAM wrongly on this machine, from stage block.0" + BAD + " on");
        assertThat(sam("", segment).exitCode).isZero();
        assertThat(names(folder.resolve("cache/verified"), "")).hasSize(1);
    }

    private Ended sam(String fault, String... words) throws IOException, InterruptedException {
        List<String> java = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.library.path=" + System.getProperty("java.library.path"),
                "-Dsam.models=" + System.getProperty("sam.models"),
                "-Dsam.cuda.fault=" + fault,
                "-cp",
                System.getProperty("java.class.path"),
                "org.samfast.cli.Main"));
        java.addAll(List.of(words));
        ProcessBuilder process = new ProcessBuilder(java).redirectErrorStream(true);
        process.environment().put("SAM_CACHE_DIR", folder.resolve("cache").toString());
        if (Files.exists(folder.resolve(STDIN))) {
            process.redirectInput(folder.resolve(STDIN).toFile());
        }
        Process sam = process.start();
        String output = new String(sam.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(sam.waitFor(), output);
    }

    private static List<String> names(Path folder, String end) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(end))
                    .toList();
        }
    }
}
