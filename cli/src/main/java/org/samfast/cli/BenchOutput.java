package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendInfo;
import org.samfast.cli.bench.BenchRow;
import org.samfast.cli.bench.ResultsCsv;
import org.samfast.cli.bench.SpeedPlot;
import org.samfast.cli.bench.StoredRows;
import org.samfast.cli.output.OutputFile;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where {@code sam bench} puts its rows. */
final class BenchOutput {
    private static final Path CHECKOUT_RESULTS = Path.of("bench", "results");

    @Mixin
    ResultPrinter printer = new ResultPrinter();

    @Option(names = "--markdown", description = "Print the tables in Markdown.")
    boolean markdown;

    @Option(names = "--csv", paramLabel = "FILE", description = "Add the rows to this file, each when it is finished.")
    @Nullable
    Path csv;

    @Option(
            names = "--plot",
            paramLabel = "FILE",
            description = "Draw the speeds as bars into this file, .svg or .png.")
    @Nullable
    Path plot;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description =
                    "Draw the --plot from the rows of this CSV and measure nothing; rows of a ladder get the names"
                            + " of its rungs.")
    @Nullable
    Path from;

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    private final Set<Path> added = new LinkedHashSet<>();
    private final List<SpeedPlot.Bars> bars = new ArrayList<>();

    void checkUsage() {
        if (markdown && printer.json) {
            throw new ParameterException(
                    command.commandLine(), "--json and --markdown both say how to print; give one");
        }
        if (from != null && plot == null) {
            throw new ParameterException(
                    command.commandLine(),
                    "--from: expected --plot FILE too; for example: --plot speed.svg --from rows.csv");
        }
        if (plot != null && !SpeedPlot.canWrite(plot)) {
            throw new ParameterException(
                    command.commandLine(), "--plot: expected a name that ends in .svg or .png, got " + plot);
        }
    }

    boolean drawsStored() {
        return from != null;
    }

    /** Draws the rows of an earlier run. */
    void drawStored(boolean quiet) throws IOException {
        StoredRows rows = StoredRows.of(Objects.requireNonNull(from));
        bars.addAll(rows.bars());
        finish(rows.title(), quiet);
    }

    /** Finds out before anything is measured that rows cannot be added. */
    void check(BackendInfo info) throws IOException {
        OutputFile.requireFolder(plot);
        results(info);
    }

    /** Adds a finished row to the files. */
    void add(BenchRow row, SpeedPlot.Bars bar) throws IOException {
        Optional<ResultsCsv> results = results(row.subject().info());
        if (results.isPresent()) {
            results.get().append(row);
            added.add(results.get().file());
        }
        bars.add(bar);
    }

    /** After the last row. */
    void finish(String title, boolean quiet) throws IOException {
        if (plot != null && !bars.isEmpty()) {
            SpeedPlot.write(plot, title, bars);
            added.add(plot);
        }
        if (!quiet) {
            added.forEach(file ->
                    command.commandLine().getErr().println((file.equals(plot) ? "drawn: " : "rows added to ") + file));
        }
    }

    private Optional<ResultsCsv> results(BackendInfo info) throws IOException {
        if (csv != null) {
            return Optional.of(ResultsCsv.at(csv));
        }
        return Files.isDirectory(CHECKOUT_RESULTS)
                ? Optional.of(ResultsCsv.at(CHECKOUT_RESULTS.resolve(info.deviceSlug() + ".csv")))
                : Optional.empty();
    }
}
