package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.backend.ShallowModel;
import org.samfast.cli.SamInProcess.Ended;
import org.samfast.cli.terminal.ExitCode;

class BenchCommandTest {
    private static final Path DOG = Path.of(System.getProperty("sam.testdata"), "images/dog.jpg");

    private static final Schema SCHEMA = schema();

    @TempDir
    Path folder;

    @Test
    void theTableHasALinePerBatchWithAccuracyBesideSpeed() {
        Ended ended = bench("--batch", "3,1", "--precision", "bf16");
        assertThat(ended.exitCode()).as(ended.stderr()).isZero();
        assertThat(ended.outputLines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(ended.stdout())
                .startsWith("no device, at all, driver 1.2, 1980 MHz\nsam ")
                .contains("medians of 2 after 1\n 1 fake vit_t bf16\n", "(640x480)", "against fp32 on fake");
        List<String> rows = ended.outputLines().stream()
                .filter(line -> line.matches(" 1 .* 2\\.500e-01  0\\.2[45]\\d{3}"))
                .toList();
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0)).startsWith(" 1     1 ");
        assertThat(rows.get(1)).startsWith(" 1     3 ");
    }

    @Test
    void subjectsTakeTurnsAndAreComparedWithTheFirst() {
        Ended ended = bench("--batch", "1", "--precision", "fp32,bf16");
        assertThat(ended.stdout())
                .contains("taking turns 2 times", " 1 fake vit_t fp32\n 2 fake vit_t bf16\n")
                .containsPattern("\n 1     1 .* 1 +- +-\n 2     1 .* \\d+\\.\\d\\d \\(.*-.*\\) 2\\.500e-01  0\\.2");
        assertThat(ended.outputLines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void markdownIsATable() {
        assertThat(bench("--batch", "1", "--markdown").stdout())
                .contains("| # | batch | encoder |", "\n|---:|---:|", "\n| 1 | 1 | 1000 | ");
    }

    @Test
    void thePlotIsDrawnAsItsNameEnds() throws Exception {
        Path svg = folder.resolve("speed.svg");
        Path png = folder.resolve("speed.png");
        assertThat(bench("--batch", "1", "--plot", svg).errorLines()).last().isEqualTo("drawn: " + svg);
        assertThat(bench("--batch", "1", "--plot", png).exitCode()).isZero();
        // letters are outlines in it: what can be told apart is the two colours of the bars, one bar and its legend
        // each
        assertThat(Files.readString(svg).split("fill:rgb\\(118,185,0\\)", -1)).hasSize(3);
        assertThat(Files.readString(svg).split("fill:rgb\\(68,119,170\\)", -1)).hasSize(3);
        assertThat(ImageIO.read(png.toFile()).getHeight()).isEqualTo(480);
    }

    @Test
    void aStoredLadderIsDrawnWithoutMeasuringAnything() throws Exception {
        Path csv = Files.writeString(folder.resolve("ladder.csv"), """
                date,commit,gpu,driver,sm_clock_mhz,backend,model,precision,sparse_layers,batch,encoder_ms,\
                encoder_img_per_s,end_to_end_img_per_s,first_mask_s,device_mib,embedding_rel_error,mask_iou,command
                2026-11-26T13:22:02Z,dc56169,"a GPU, ours",580,1980,cuda,vit_b,bf16,0,8,14.051,569.371,202.499,1.222,1458,\
                1.008e-02,0.99498,"sam bench --backend cuda --precision bf16 --batch 8"
                2026-11-26T13:22:02Z,dc56169,"a GPU, ours",580,1980,onnx-cuda,vit_b,fp16,0,8,36.054,221.887,13.672,2.0,0,,,\
                "sam bench, again"
                """);
        Path svg = folder.resolve("ladder.svg");
        Ended ended = SamInProcess.run("bench", "--plot", svg, "--from", csv);
        assertThat(ended.exitCode()).as(ended.stderr()).isZero();
        assertThat(ended.errorLines()).containsExactly("drawn: " + svg);
        assertThat(ended.stdout()).isEmpty();
        assertThat(Files.readString(svg).split("fill:rgb\\(118,185,0\\)", -1)).hasSize(4); // two bars and the legend
    }

    @Test
    void theLadderListsWhatCannotRunWithTheReason() throws Exception {
        Ended ended = SamInProcess.run(
                "bench",
                "--ladder",
                "--weights",
                ShallowModel.writeInto(folder.resolve("models")),
                "--rounds",
                1,
                "--warmup",
                0,
                "--quiet",
                "--json",
                "--image",
                DOG,
                "--csv",
                folder.resolve("l.csv"));
        assertThat(ended.exitCode()).as(ended.stderr()).isZero();
        assertThat(ended.outputLines()).hasSize(12 + 1).allSatisfy(BenchCommandTest::followsTheSchema);
        assertThat(ended.outputLines().getFirst())
                .contains("\"flags\":\"--backend onnx --precision fp32 --batch 1\"", "\"backend\":\"onnx-cpu\"");
    }

    @Test
    void theLadderChoosesByItself() {
        assertThat(bench("--ladder").stderr())
                .startsWith("sam: --ladder chooses backend, precision, kernels and batch");
    }

    @Test
    void aBackendWithoutAChoiceOfKernelsRefusesOne() {
        Ended ended = bench("--kernels", "portable", "--no-graph");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BACKEND_NOT_USABLE);
        assertThat(ended.stderr())
                .contains(
                        "backend 'fake' has no choice of kernels, graphs or overlap; got portable kernels, no graphs");
    }

    @Test
    void fp32HasNothingToCompareWith() {
        assertThat(bench("--batch", "1").stdout())
                .containsPattern("\n 1     1 .* +1 +- +-\n")
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
    void jsonIsOneObjectPerRowAndFollowsTheSchema() {
        Ended ended = bench("--batch", "1,2", "--json", "--precision", "fp32,bf16");
        assertThat(ended.outputLines()).hasSize(5).allSatisfy(BenchCommandTest::followsTheSchema);
        assertThat(ended.outputLines().get(3))
                .startsWith("{\"date\":\"")
                .contains("\"batch\":2,\"encoder_ms\":", "\"embedding_rel_error\":2.500e-01,\"mask_iou\":0.2")
                .contains("\"accuracy_against\":\"fp32 on fake\"", "\"encoder_ratio\":{\"median\":1.000,");
        assertThat(ended.outputLines().get(2)).contains("\"mask_iou\":null");
        assertThat(ended.outputLines().get(4)).startsWith("{\"total_s\":");
    }

    private static Schema schema() {
        Path file = Path.of(System.getProperty("sam.testdata"), "../docs/bench.schema.json");
        try {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void followsTheSchema(String line) {
        assertThat(SCHEMA.validate(line, InputFormat.JSON)).as(line).isEmpty();
    }

    @Test
    void theSchemaRefusesOtherRows() {
        assertThat(SCHEMA.validate("{\"total_s\":\"1\",\"seconds\":{}}", InputFormat.JSON))
                .isNotEmpty();
        assertThat(SCHEMA.validate("{\"batch\":1}", InputFormat.JSON)).isNotEmpty();
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
                "--from a.csv|--from: expected --plot FILE too; for example: --plot speed.svg --from rows.csv",
                "--plot a.gif|--plot: expected a name that ends in .svg or .png, got a.gif",
                "--json --markdown|--json and --markdown both say how to print",
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
