package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.samfast.backend.ShallowModel;
import org.samfast.cli.SamProcess.Ended;
import org.samfast.cli.output.CsvText;

/**
 * {@code sam bench} as a process on the CPU, with {@link ShallowModel}, in a folder that looks like a checkout. Alone, since it
 * measures time.
 */
@Isolated
class BenchIT {
    private static final int CELLS = 18;
    private static final String COLUMNS =
            "date,commit,gpu,driver,sm_clock_mhz,backend,model,precision,sparse_layers,batch,encoder_ms,"
                    + "encoder_img_per_s,end_to_end_img_per_s,first_mask_s,device_mib,embedding_rel_error,mask_iou,command";

    @TempDir
    static Path checkout;

    private static Ended measured;
    private static double seconds;

    @TempDir
    Path folder;

    @BeforeAll
    static void measure() throws Exception {
        ShallowModel.writeInto(checkout.resolve("models"));
        Files.createDirectories(checkout.resolve("bench/results"));
        long start = System.nanoTime();
        measured = sam(checkout)
                .run("bench", "--backend", "onnx", "--precision", "bf16", "--rounds", "2", "--warmup", "0", "--json");
        seconds = (System.nanoTime() - start) / 1e9;
    }

    private static SamProcess sam(Path folder) {
        return SamProcess.in(folder).withModels(checkout.resolve("models"));
    }

    @Test
    void aRowIsAddedToTheFileOfThisDevice() throws Exception {
        Path results = checkout.resolve("bench/results");
        assertThat(measured.exitCode()).as(measured.stderr()).isZero();
        assertThat(measured.errorLines()).contains("precision: asked for bf16, computed fp32");
        List<Path> files;
        try (Stream<Path> listing = Files.list(results)) {
            files = listing.toList();
        }
        assertThat(files).singleElement().asString().contains("/cpu-").endsWith("-threads.csv");
        List<String> lines = Files.readAllLines(files.getFirst());
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).isEqualTo(COLUMNS);
        List<String> cells = CsvText.cells(lines.get(1));
        assertThat(cells).hasSize(CELLS);
        assertThat(cells.subList(3, 10))
                .containsExactly("-", "0", "onnx-cpu", "vit(width 192, depth 3)", "fp32", "0", "1");
        double encoderMillis = Double.parseDouble(cells.get(10));
        double encoderRate = Double.parseDouble(cells.get(11));
        assertThat(encoderMillis * encoderRate).isBetween(999.0, 1001.0);
        assertThat(Double.parseDouble(cells.get(12))).isPositive().isLessThan(1.5 * encoderRate);
        assertThat(Double.parseDouble(cells.get(13))).isPositive();
        assertThat(cells.get(17)).startsWith("sam bench --backend onnx --precision bf16");
    }

    @Test
    void theSecondsOfARunAreThoseOfAStopwatchOutside() {
        assertThat(measured.exitCode()).as(measured.stderr()).isZero();
        List<String> lines = measured.stdout().lines().toList();
        assertThat(lines).hasSize(2).allSatisfy(BenchCommandTest::followsTheSchema);
        Matcher total = Pattern.compile("\\{\"total_s\":([0-9.]+),.*").matcher(lines.getLast());
        assertThat(total.matches()).isTrue();
        assertThat(Double.parseDouble(total.group(1))).isBetween(0.95 * seconds, seconds);
    }

    @Test
    void aRunThatIsKilledLeavesWholeRowsAndTheNextAddsToThem() throws Exception {
        Path csv = folder.resolve("rows.csv");
        String[] endless = {
            "bench",
            "--backend",
            "onnx",
            "--batch",
            "1,2,3,4,5,6,7,8",
            "--rounds",
            "1",
            "--warmup",
            "0",
            "--csv",
            "rows.csv"
        };
        Process process = sam(folder).start(folder.resolve("out"), folder.resolve("err"), endless);
        while (process.isAlive() && rows(csv) == 0) {
            Thread.sleep(20);
        }
        process.destroyForcibly().waitFor();
        List<String> left = Files.readAllLines(csv);
        assertThat(left).hasSizeBetween(2, 8);
        assertThat(Files.readString(csv)).startsWith(COLUMNS + "\n").endsWith("\n");
        assertThat(left).allSatisfy(row -> assertThat(CsvText.cells(row)).hasSize(CELLS));
        Ended next = sam(folder)
                .run(
                        "bench",
                        "--backend",
                        "onnx",
                        "--batch",
                        "1",
                        "--rounds",
                        "1",
                        "--warmup",
                        "0",
                        "--csv",
                        "rows.csv");
        assertThat(next.exitCode()).as(next.stderr()).isZero();
        assertThat(Files.readAllLines(csv))
                .startsWith(left.toArray(String[]::new))
                .hasSize(left.size() + 1);
    }

    private static int rows(Path csv) throws IOException {
        return Files.exists(csv) ? Files.readAllLines(csv).size() - 1 : 0;
    }
}
