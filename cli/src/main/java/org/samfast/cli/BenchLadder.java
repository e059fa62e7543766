package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendException;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.CheckpointException;
import org.samfast.cli.bench.BenchAccuracy;
import org.samfast.cli.bench.BenchAccuracy.Outputs;
import org.samfast.cli.bench.BenchRow;
import org.samfast.cli.bench.BenchRun;
import org.samfast.cli.bench.BenchSubject;
import org.samfast.cli.bench.LadderTable;
import org.samfast.cli.bench.Measurement;
import org.samfast.cli.bench.PowerMeter;
import org.samfast.cli.bench.Rounds;
import org.samfast.cli.bench.Rung;
import org.samfast.cli.bench.SpeedPlot;
import org.samfast.cli.terminal.ErrorLine;

/** Measures the rungs one after the other, each as soon as it can be opened; the others are listed with the reason. */
final class BenchLadder {
    private final BenchCommand command;
    private final BenchSetting.Run run;
    private final LadderTable table;

    private @Nullable Outputs expected;
    private String reference = "fp32";
    private @Nullable Measurement first;

    BenchLadder(BenchCommand command, BenchSetting.Run run) {
        this.command = command;
        this.run = run;
        table = new LadderTable(command.output.markdown);
    }

    /** An opened rung, or why it cannot be. */
    private record Opened(@Nullable ModelSession session, BenchSubject.@Nullable Start start, String unavailable) {}

    void run() throws IOException {
        command.text(table.head());
        for (Rung rung : Rung.ALL) {
            Opened opened = open(rung);
            if (opened.session() == null || opened.start() == null) {
                command.output.printer.print(
                        table.line(rung, opened.unavailable()), json -> rung.write(json, opened.unavailable()));
            } else {
                try (ModelSession session = opened.session()) {
                    measure(rung, session, opened.start());
                }
            }
        }
        command.text(table.foot(run.images(), reference));
    }

    private Opened open(Rung rung) throws IOException {
        Optional<Precision> precision = rung.knownPrecision();
        if (precision.isEmpty()) {
            return new Opened(null, null, "no backend here computes " + rung.precision());
        }
        String unavailable = "";
        for (ModelOptions options : candidates(rung, precision.get())) {
            try {
                return opened(options);
            } catch (BackendException | CheckpointException e) {
                unavailable = unavailable.isEmpty() ? ErrorLine.of(e) : unavailable;
            }
        }
        return new Opened(null, null, unavailable);
    }

    /** A session with a backend that has made its first mask; nothing is left open where it cannot. */
    private Opened opened(ModelOptions options) throws IOException {
        ModelSession session = options.open(null);
        try {
            return new Opened(
                    session,
                    BenchRun.start(session::backend, run.images().images().getFirst()),
                    "");
        } catch (RuntimeException e) {
            session.close();
            throw e;
        } finally {
            run.clock().spent("opening");
        }
    }

    private List<ModelOptions> candidates(Rung rung, Precision precision) {
        BenchSubjects asked = command.subjects;
        List<ModelOptions> all = new ArrayList<>();
        for (Path file : asked.weights) {
            all.add(asked.one(null, file, rung.backend(), precision, rung.tuning()));
        }
        if (all.isEmpty()) {
            String model = asked.models.isEmpty() ? null : asked.models.getFirst();
            all.add(asked.one(model, null, rung.backend(), precision, rung.tuning()));
        }
        return all;
    }

    private void measure(Rung rung, ModelSession session, BenchSubject.Start start) throws IOException {
        BenchSubject subject = subject(rung, session, start);
        Rounds rounds = command.setting.rungRounds(subject.info());
        BenchRun measuring = new BenchRun(
                session.backend(),
                rung.decoderPerImage(),
                rung.batch(),
                run.images(),
                rounds,
                subject.info().hasDriver() ? run.power() : PowerMeter.none(),
                run.progress());
        for (int pass = 0; pass < rounds.passes(); pass++) {
            measuring.pass();
        }
        run.clock().spent("measuring");
        BenchRow row = new BenchRow(subject, measuring.measurement(), first);
        first = first == null ? row.measurement() : first;
        command.output.printer.print(List.of(table.line(rung, row)), json -> rung.write(json, row));
        command.output.add(row, SpeedPlot.Bars.of(rung, row));
    }

    private BenchSubject subject(Rung rung, ModelSession session, BenchSubject.Start start) throws IOException {
        Outputs outputs = Outputs.of(session.backend(), run.images().images());
        BenchAccuracy accuracy = expected == null ? null : BenchAccuracy.between(outputs, expected);
        if (expected == null) {
            expected = outputs;
            reference = session.backend().info().precision().label() + " on "
                    + session.backend().info().backend();
        }
        run.clock().spent("accuracy");
        return new BenchSubject(
                run.date(),
                VersionProvider.commit(),
                session.backend().info(),
                session.model(),
                session.sparseLayers(),
                rung.tuning().label(),
                start,
                accuracy,
                reference,
                "sam bench " + rung.flags());
    }
}
