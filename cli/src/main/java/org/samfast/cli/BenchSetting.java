package org.samfast.cli;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendInfo;
import org.samfast.cli.bench.BenchClock;
import org.samfast.cli.bench.BenchImages;
import org.samfast.cli.bench.PowerMeter;
import org.samfast.cli.bench.Rounds;
import org.samfast.cli.terminal.StatusLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How much {@code sam bench} measures. */
final class BenchSetting {
    private static final int LARGEST_BATCH = 1024;
    /** How often subjects that are compared take turns. */
    private static final int PASSES = 5;

    /** What is measured where nothing else is said: a GPU in a minute, a CPU in less than two. */
    private static final List<Integer> GPU_BATCHES = List.of(1, 8, 32);

    private static final List<Integer> CPU_BATCHES = List.of(1);
    private static final int GPU_WARMUP = 10;
    private static final int GPU_ROUNDS = 50;
    private static final int CPU_WARMUP = 2;
    private static final int CPU_ROUNDS = 10;
    /** For a series of times where no rounds are asked for: a slow CPU is done in a minute and a half all the same. */
    private static final double BUDGET_SECONDS = 12;

    @Option(
            names = "--batch",
            paramLabel = "N",
            split = ",",
            description = "Images per batch, separated by commas; each is measured, the smallest first. Default: 1,8,32"
                    + " on a GPU, 1 on a CPU.")
    List<Integer> batches = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description =
                    "Batches that count; default: 50 on a GPU, 10 on a CPU, fewer where they take longer than 12 s. With"
                            + " files 5 at most.")
    @Nullable
    Integer rounds;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            description = "Batches before them that do not count; default: 10 on a GPU, 2 on a CPU.")
    @Nullable
    Integer warmup;

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    /** What one run of the command has, beside its options. */
    record Run(Instant date, BenchImages images, PowerMeter power, BenchClock clock, StatusLine progress) {}

    void checkUsage() {
        for (int batch : batches) {
            require(batch >= 1 && batch <= LARGEST_BATCH, "--batch: expected 1 to " + LARGEST_BATCH, batch);
        }
        require(rounds == null || rounds >= 1, "--rounds: expected 1 or more", rounds);
        require(warmup == null || warmup >= 0, "--warmup: expected 0 or more", warmup);
    }

    private void require(boolean sane, String expected, @Nullable Integer got) {
        if (!sane) {
            throw new ParameterException(
                    command.commandLine(),
                    expected + ", got " + got + "; for example: sam bench --batch 1,8 --rounds 20 --warmup 5");
        }
    }

    /** The smallest first, so that each row's device memory is that of its own batch. */
    List<Integer> batches(BackendInfo info) {
        List<Integer> wanted = !batches.isEmpty() ? batches : info.hasDriver() ? GPU_BATCHES : CPU_BATCHES;
        return wanted.stream().sorted().distinct().toList();
    }

    /** The largest batch, of a backend that is usually given so many images. */
    int largest(int usual) {
        List<Integer> wanted = !batches.isEmpty() ? batches : usual > 1 ? GPU_BATCHES : CPU_BATCHES;
        return Collections.max(wanted);
    }

    /** @param subjects that take turns */
    Rounds rounds(BackendInfo info, int subjects) {
        int counted = Objects.requireNonNullElse(rounds, info.hasDriver() ? GPU_ROUNDS : CPU_ROUNDS);
        return new Rounds(
                Objects.requireNonNullElse(warmup, info.hasDriver() ? GPU_WARMUP : CPU_WARMUP),
                counted,
                subjects > 1 ? Math.min(PASSES, counted) : 1,
                rounds == null ? BUDGET_SECONDS : Double.POSITIVE_INFINITY);
    }

    /** The rounds of a rung: as many passes as {@link #rounds} has, by itself. */
    Rounds rungRounds(BackendInfo info) {
        return rounds(info, 2);
    }
}
