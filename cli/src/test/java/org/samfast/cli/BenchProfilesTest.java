package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.cli.SamInProcess.Ended;
import org.samfast.cli.terminal.ExitCode;
import org.samfast.cli.trace.TraceEvents;

/** {@code sam bench --trace} and {@code --memory-profile} on the fake backend. */
class BenchProfilesTest {
    @TempDir
    Path folder;

    @Test
    void aTraceHasTheStagesOfTheHostAndTheKernelsOfTheDevice() throws Exception {
        Path file = folder.resolve("trace.json");
        Ended ended = bench("--trace", file);
        assertThat(ended.exitCode()).as(ended.stderr()).isZero();
        TraceEvents trace = TraceEvents.read(file);
        assertThat(trace.names("stage")).containsExactly("read", "embed", "predict", "finish", "write");
        assertThat(trace.names("kernel"))
                .containsExactly("linear_bf16", "norm", "linear_bf16", "norm", "linear_bf16", "norm");
        assertThat(trace.of("kernel").getFirst())
                .containsEntry("args.M", "4096")
                .containsEntry("dur", "60.000");
        assertThat(ended.errorLines()).last().isEqualTo("traced: " + file + ", for https://ui.perfetto.dev");
    }

    @Test
    void theTableSetsTheTimeKernelByKernelBesideThatAsEver() {
        Ended ended = bench("--trace", folder.resolve("trace.json"));
        assertThat(ended.outputLines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80))
                .anySatisfy(line -> assertThat(line).matches("encoder +0\\.240 +0\\.300 +1\\.25"))
                .anySatisfy(line -> assertThat(line).matches("copies +0\\.030 +0\\.030 +1\\.00"))
                .anySatisfy(line -> assertThat(line).matches("device, together +0\\.270 +0\\.330 +1\\.22"))
                .anySatisfy(line -> assertThat(line).matches("linear +4096x768x768 +3 +0\\.180 +61\\.2 +50"))
                .anySatisfy(line -> assertThat(line).contains("sum to 98.0% of their sequences' time"));
    }

    @Test
    void theJsonHasTheNumbersOfTheTable() {
        Ended ended = bench("--trace", folder.resolve("trace.json"), "--json");
        assertThat(ended.outputLines()).singleElement().satisfies(BenchCommandTest::followsTheSchema);
        assertThat(ended.stdout())
                .contains(
                        "\"encoder\":{\"as_ever\":0.240,\"kernel_by_kernel\":0.300}",
                        "{\"kernel\":\"linear_bf16\",\"problem\":\"4096x768x768\",\"launches\":3,\"ms\":0.180,"
                                + "\"percent_of_limit\":50.000}");
    }

    @Test
    void memoryIsToldStageByStageWithWhatIsNewInEach() {
        Ended ended = bench("--memory-profile");
        List<String> lines = ended.outputLines();
        assertThat(lines)
                .as(ended.stderr())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80))
                .filteredOn(line -> line.matches("(open|embed|predict|finish|second batch) +2\\.0 +3\\.0 +1\\.0 .*"))
                .hasSize(5);
        assertThat(lines)
                .contains("open          weights 2.0, copies (pinned) 1.0")
                .noneMatch(line -> line.startsWith("embed  ") && line.contains("weights"));
    }

    @Test
    void memoryInJsonFollowsTheSchema() {
        Ended ended = bench("--memory-profile", "--json");
        assertThat(ended.outputLines()).singleElement().satisfies(BenchCommandTest::followsTheSchema);
        assertThat(ended.stdout()).contains("\"added\":[{\"place\":\"device\",\"what\":\"weights\",\"bytes\":2097152}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--precision fp32,bf16", "--batch 1,2", "--ladder", "--everything"})
    void oneModelIsLookedAtOnOneBackend(String more) {
        Ended ended =
                SamInProcess.run(Stream.concat(Stream.of("bench", "--memory-profile"), Stream.of(more.split(" ", -1)))
                        .toArray());
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.stderr()).startsWith("sam: --trace and --memory-profile look at one model on one backend");
    }

    @Test
    void aFolderThatIsNotThereEndsWithASentence() {
        Ended ended = bench("--trace", folder.resolve("no/trace.json"));
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stderr()).contains("no/trace.json");
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
