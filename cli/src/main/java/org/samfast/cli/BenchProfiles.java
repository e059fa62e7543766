package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendInfo;
import org.samfast.cli.bench.MemoryProfile;
import org.samfast.cli.bench.Rounds;
import org.samfast.cli.bench.TraceBench;
import org.samfast.cli.bench.TraceTable;
import org.samfast.cli.trace.TraceFile;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code sam bench} shows of the inside of a run, of one model on one backend. */
final class BenchProfiles {
    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Trace one batch, stage by stage and kernel by kernel, for ui.perfetto.dev. Kernels are"
                    + " launched one by one between events, without graph and without overlap; the table says how much"
                    + " longer that takes. Adds no row.")
    @Nullable
    Path trace;

    @Option(
            names = "--memory-profile",
            description = "Print what memory is taken on device and host, stage by stage. Adds no row.")
    boolean memory;

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    boolean isAsked() {
        return trace != null || memory;
    }

    void checkUsage(BenchCommand bench) {
        if (!isAsked()) {
            return;
        }
        if (bench.ladder
                || bench.everything
                || bench.subjects.byModel().size() > 1
                || bench.subjects.byModel().getFirst().size() > 1
                || bench.setting.batches.size() > 1) {
            throw new ParameterException(
                    command.commandLine(),
                    "--trace and --memory-profile look at one model on one backend and at one batch size; leave the"
                            + " others, --ladder and --everything out");
        }
    }

    void run(BenchCommand bench, BenchSetting.Run run) throws IOException {
        try (ModelSession session =
                bench.subjects.byModel().getFirst().getFirst().open(null)) {
            int batch = bench.setting.batches.isEmpty() ? session.batch() : bench.setting.batches.getFirst();
            if (memory) {
                MemoryProfile measured = MemoryProfile.measure(session::backend, run.images(), batch);
                bench.output.printer.print(measured.lines(), measured::write);
            }
            if (trace != null) {
                trace(bench, run, session, batch, trace);
            }
        }
    }

    private static void trace(BenchCommand bench, BenchSetting.Run run, ModelSession session, int batch, Path file)
            throws IOException {
        BackendInfo info = session.backend().info();
        Rounds rounds = bench.setting.rounds(info, 1).ofTrace();
        TraceFile traced = new TraceFile();
        TraceTable table = new TraceBench(session.backend(), run.images(), batch, rounds).measure(traced);
        bench.output.printer.print(table.lines(), table::write);
        String kernels = table.hasDevice()
                ? "launched one by one between events, without graph and without overlap"
                : "not told by the backend";
        traced.write(file, RunAbout.trace(bench.spec, session.backend(), batch, kernels));
        if (!bench.subjects.run.quiet) {
            session.stderr().println("traced: " + file + ", for https://ui.perfetto.dev");
        }
    }
}
