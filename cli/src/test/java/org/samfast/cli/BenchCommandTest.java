package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cli.SamInProcess.Ended;

class BenchCommandTest {
    private static final Path DOG = Path.of(System.getProperty("sam.testdata"), "images/dog.jpg");

    @TempDir
    Path folder;

    @Test
    void theTableHasALinePerBatchWithAccuracyBesideSpeed() {
        Ended ended = bench("--batch", "3,1", "--precision", "bf16");
        assertThat(ended.exitCode()).as(ended.stderr()).isZero();
        assertThat(ended.outputLines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(ended.stdout())
                .startsWith("no device, at all, driver 1.2, 1980 MHz\nfake, vit_t, computed bf16, sam ")
                .contains("median of 2 after 1, by the clock of the GPU\nfirst mask ")
                .contains("RGB in host memory (640x480)", "8 clicks per image and 3 masks each");
        List<String> rows = ended.outputLines().stream()
                .filter(line -> line.matches(" .* 2\\.500e-01  0\\.2[45]\\d{3}"))
                .toList();
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0)).startsWith("    1 ");
        assertThat(rows.get(1)).startsWith("    3 ");
    }

    @Test
    void fp32HasNothingToCompareWith() {
        assertThat(bench("--batch", "1").stdout())
                .containsPattern("\n    1 .* 3 +- +-\n")
                .contains("nothing to compare with");
    }

    @Test
    void theCsvHasARowPerBatch() throws Exception {
        Path csv = folder.resolve("a b.csv");
        Ended ended = bench("--batch", "1,2", "--image", DOG, "--image", DOG, "--csv", csv);
        assertThat(ended.errorLines()).last().isEqualTo("rows added to " + csv);
        List<String> lines = Files.readAllLines(csv);
        assertThat(lines).hasSize(3);
        assertThat(lines.get(2))
                .matches(
                        "20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ,\\w*,\"no device, at all\",1.2,1980,fake,vit_t,fp32,0,2,"
                                + "\\d+\\.\\d{3},\\d+\\.\\d{3},\\d+\\.\\d{3},\\d+\\.\\d{3},3,,,\"sam bench .*\"")
                .contains(" --csv \"\"" + csv + "\"\" --backend fake");
    }

    @Test
    void jsonIsOneObjectPerBatch() {
        Ended ended = bench("--batch", "1,2", "--json", "--precision", "bf16");
        assertThat(ended.outputLines()).hasSize(2);
        assertThat(ended.outputLines().get(1))
                .startsWith("{\"date\":\"")
                .contains("\"batch\":2,\"encoder_ms\":", "\"embedding_rel_error\":2.500e-01,\"mask_iou\":0.2");
        assertThat(bench("--batch", "1", "--json").stdout()).contains("\"mask_iou\":null");
    }

    @Test
    void aFileWithOtherColumnsEndsWith3BeforeTheTable() throws Exception {
        Path csv = Files.writeString(folder.resolve("other.csv"), "a,b\n");
        Ended ended = bench("--batch", "1", "--csv", csv);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stdout()).isEmpty();
        assertThat(ended.stderr()).contains("sam: " + csv + ": expected the columns of sam bench");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--batch 0|--batch: expected 1 to 1024, got 0; for example: sam bench --batch 1,8",
                "--batch 1,2000|--batch: expected 1 to 1024, got 2000; for example: sam bench --batch 1,8",
                "--rounds 0|--rounds: expected 1 or more, got 0; for example: sam bench --batch",
                "--warmup -1|--warmup: expected 0 or more, got -1; for example: sam bench --batch",
                "--batch one|Invalid value for option '--batch'",
            })
    void aWrongCommandLineExitsWith2(String arguments, String sentence) {
        Ended ended = SamInProcess.run(
                Stream.concat(Stream.of("bench", "--backend", "fake"), Stream.of(arguments.split(" ", -1)))
                        .toArray());
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.stderr()).startsWith("sam: " + sentence).endsWith("Try 'sam bench --help'.\n");
    }

    @Test
    void aBadPhotoEndsWith3() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.jpg"), "this is text");
        assertThat(bench("--image", bad).exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    }

    private static Ended bench(Object... arguments) {
        return SamInProcess.run(Stream.of(
                        Stream.of("bench"),
                        Stream.of(arguments),
                        Stream.<Object>of("--backend", "fake", "--rounds", 2, "--warmup", 1))
                .flatMap(words -> words)
                .toArray());
    }
}
