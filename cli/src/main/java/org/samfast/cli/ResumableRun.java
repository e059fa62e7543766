package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.samfast.cli.input.ImageInputs;
import org.samfast.cli.input.StdinList;
import org.samfast.cli.pipeline.RunReport;
import org.samfast.cli.resume.Journal;
import picocli.CommandLine.Model.CommandSpec;

/** A run that another goes on with: what its journal has, and what failed in a process before, is not done again. */
final class ResumableRun {
    /** Options that change nothing in the files written, and prompts, which are in the key of each image. */
    private static final Set<String> NOT_OF_THE_RESULT = Set.of(
            "--points",
            "--box",
            "--mask-in",
            "--prompts",
            "--out",
            "--batch",
            "--threads",
            "--gpu-mem",
            "--quiet",
            "--json",
            "--resume",
            "--dump",
            "--trace",
            "--max-pixels",
            "--verbose",
            "--model",
            "--weights",
            "--backend",
            "--help",
            "--version");

    private final CommandSpec command;
    private final boolean resume;
    private final RunReport report;
    private final Set<String> failed;

    ResumableRun(CommandSpec command, boolean resume, RunReport report) throws IOException {
        this.command = command;
        this.resume = resume;
        this.report = report;
        failed = NewProcess.failedBefore();
    }

    RunReport report() {
        return report;
    }

    /** Whether a run over so many images notes what is done. */
    boolean keepsJournal(int images) {
        return resume || images > 1;
    }

    /**
     * The journal of a run over so many images; one that notes nothing where none is kept.
     *
     * @param outputFolders where unfinished files may lie
     */
    Journal journal(ModelSession session, int images, Path folder, List<Path> outputFolders) throws IOException {
        if (!keepsJournal(images)) {
            return Journal.none();
        }
        report.goOnAnewWhenLost(!NewProcess.isOne());
        String key = session.runKey(command, NOT_OF_THE_RESULT);
        return resume ? Journal.resume(folder, key, outputFolders) : Journal.begin(folder, key);
    }

    /** Reports inputs that cannot be used, but for those that a process before has reported. */
    void tell(List<ImageInputs.Problem> problems) {
        problems.stream()
                .filter(problem -> !failed.contains(problem.name()))
                .forEach(problem -> report.failedBefore(problem.name(), problem.error()));
    }

    /** What is left to do of those inputs, by their names; the rest is reported. */
    <I> List<I> left(List<I> inputs, Function<I, String> name, Predicate<I> isDone) {
        failed.forEach(report::failedEarlier);
        List<I> untried = inputs.stream()
                .filter(input -> !failed.contains(name.apply(input)))
                .toList();
        List<I> left = untried.stream().filter(isDone.negate()).toList();
        report.doneBefore(untried.size() - left.size());
        return left;
    }

    /** The exit code; where the backend was lost with images left, a new process does these. */
    int goOn(StdinList list, int exitCode) throws IOException {
        return report.leavesRest() ? new NewProcess(command.commandLine(), list).run(report.failed()) : exitCode;
    }
}
