package org.samfast.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.MemoryNeed;
import org.samfast.backend.Precision;
import org.samfast.backend.SamBackend;
import org.samfast.cli.bench.BenchAccuracy;
import org.samfast.cli.bench.BenchAccuracy.Outputs;
import org.samfast.cli.bench.BenchRow;
import org.samfast.cli.bench.BenchRun;
import org.samfast.cli.bench.BenchSubject;
import org.samfast.cli.bench.BenchTable;
import org.samfast.cli.bench.Measurement;
import org.samfast.cli.bench.PowerMeter;
import org.samfast.cli.bench.Rounds;
import org.samfast.cli.bench.SpeedPlot;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;

/** Measures what takes one model's weights: all opened, and for each batch size taking turns. */
final class BenchComparison implements AutoCloseable {
    private final BenchCommand command;
    private final BenchSetting.Run run;
    private final List<ModelSession> sessions = new ArrayList<>();
    private final List<BenchSubject> subjects = new ArrayList<>();

    BenchComparison(BenchCommand command, BenchSetting.Run run) {
        this.command = command;
        this.run = run;
    }

    /** Rows of one batch size, side by side. */
    private record Turn(BenchSubject subject, BenchRun run, int passes) {}

    void run(List<ModelOptions> options, BenchTable table) throws IOException {
        List<BenchSubject.Start> starts = new ArrayList<>();
        for (ModelOptions one : options) {
            ModelSession session = one.open(null);
            sessions.add(session);
            session.planBatch(need(session), command.told());
            starts.add(BenchRun.start(session::backend, run.images().images().getFirst()));
            command.output.check(session.backend().info());
        }
        run.clock().spent("opening");
        judge(options, starts);
        run.clock().spent("accuracy");
        command.text(
                table.head(subjects, command.setting.rounds(subjects.getFirst().info(), subjects.size())));
        for (int batch : batches()) {
            measure(batch, table);
        }
    }

    /** What the largest of the images takes, as often as there are images in a batch. */
    private MemoryNeed need(ModelSession session) {
        Size largest = run.images().images().stream()
                .map(RgbImage::size)
                .max(Comparator.comparingLong(Size::area))
                .orElseThrow();
        return new MemoryNeed(command.setting.largest(session.batch()), BenchRun.PROMPTS, largest, false, 0);
    }

    /** Compares each with the first of them that computes fp32, or with the first one's own fp32. */
    private void judge(List<ModelOptions> options, List<BenchSubject.Start> starts) throws IOException {
        int first = indexOfFp32();
        Optional<SamBackend> own = first < 0 ? sessions.getFirst().openReference() : Optional.empty();
        SamBackend judge = first < 0 ? own.orElse(null) : sessions.get(first).backend();
        try {
            Outputs expected = judge == null || (sessions.size() == 1 && first == 0) ? null : outputs(judge);
            String name = judge == null ? "" : "fp32 on " + judge.info().backend();
            for (int i = 0; i < sessions.size(); i++) {
                Outputs compared = i == first ? null : expected;
                subjects.add(subject(i, options.get(i), starts.get(i), compared, name));
            }
        } finally {
            own.ifPresent(SamBackend::close);
        }
    }

    private BenchSubject subject(
            int i, ModelOptions options, BenchSubject.Start start, @Nullable Outputs expected, String name)
            throws IOException {
        SamBackend backend = sessions.get(i).backend();
        BenchAccuracy accuracy = expected == null ? null : BenchAccuracy.between(outputs(backend), expected);
        return new BenchSubject(
                run.date(),
                VersionProvider.commit(),
                backend.info(),
                sessions.get(i).model(),
                sessions.get(i).sparseLayers(),
                command.setup(options.tuning),
                start,
                accuracy,
                sessions.size() == 1 && expected == null ? "" : name,
                RunAbout.words(command.spec));
    }

    private int indexOfFp32() {
        for (int i = 0; i < sessions.size(); i++) {
            if (sessions.get(i).backend().info().precision() == Precision.FP32) {
                return i;
            }
        }
        return -1;
    }

    private Outputs outputs(SamBackend backend) {
        return Outputs.of(backend, run.images().images());
    }

    private Collection<Integer> batches() {
        Collection<Integer> all = new TreeSet<>();
        subjects.forEach(subject -> all.addAll(command.setting.batches(subject.info())));
        return all;
    }

    private void measure(int batch, BenchTable table) throws IOException {
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < subjects.size(); i++) {
            if (command.setting.batches(subjects.get(i).info()).contains(batch)) {
                turns.add(turn(i, batch));
            }
        }
        takeTurns(turns);
        run.clock().spent("measuring");
        @Nullable Measurement first = null;
        for (Turn turn : turns) {
            Measurement measured = turn.run().measurement();
            add(new BenchRow(turn.subject(), measured, first), table);
            first = first == null ? measured : first;
        }
    }

    private Turn turn(int i, int batch) {
        BenchSubject subject = subjects.get(i);
        Rounds rounds = command.setting.rounds(subject.info(), subjects.size());
        BenchRun measured = new BenchRun(
                sessions.get(i).backend(),
                command.subjects.decoderPerImage,
                batch,
                run.images(),
                rounds,
                subject.info().hasDriver() ? run.power() : PowerMeter.none(),
                run.progress());
        return new Turn(subject, measured, rounds.passes());
    }

    /** Back and forth, so that nobody always comes after the same. */
    private static void takeTurns(List<Turn> turns) {
        int passes = turns.stream().mapToInt(Turn::passes).max().orElse(0);
        List<Turn> order = new ArrayList<>(turns);
        for (int pass = 0; pass < passes; pass++) {
            for (Turn turn : order) {
                if (pass < turn.passes()) {
                    turn.run().pass();
                }
            }
            Collections.reverse(order);
        }
    }

    private void add(BenchRow row, BenchTable table) throws IOException {
        command.output.printer.print(List.of(table.line(row)), row::write);
        command.output.add(row, SpeedPlot.Bars.of(row));
    }

    @Override
    public void close() {
        sessions.forEach(ModelSession::close);
    }
}
