package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Backends;
import org.samfast.backend.Precision;
import org.samfast.backend.StageObserver;
import org.samfast.backend.Support;
import org.samfast.backend.Tuning;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cli.convert.PackedCopy;
import org.samfast.cli.model.ModelCache;
import org.samfast.cli.model.Models;
import org.samfast.cli.terminal.StatusLine;
import org.samfast.cli.verify.FirstUse;
import org.samfast.convert.Progress;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of every command that computes: which weights, on which backend. */
final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "vit_t, the small demo model that comes with sam (default), or one that 'sam download'"
                    + " fetched: vit_b, vit_l, vit_h.")
    @Nullable
    String model;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "Any SAM checkpoint instead: .pth or .safetensors, official or fine-tuned.")
    @Nullable
    Path weights;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = Backends.AUTO,
            description = "What computes: auto (default: the best that is usable here), onnx or cuda."
                    + " See 'sam backends'.")
    String backend = Backends.AUTO;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            description = "What to compute in: fp32, fp16, bf16, int8, bf16-sparse24 or int8-sparse24; default: the"
                    + " backend's best for the file. The last three convert a file that stores others, as 'sam convert'"
                    + " does, and keep it in the cache. A backend that computes in a wider type says so; one that"
                    + " cannot compute in it ends with 4.")
    @Nullable
    Precision precision;

    @Mixin
    RunOptions run = new RunOptions();

    /** What runs of a backend that has a choice; sam bench sets it. */
    Tuning tuning = Tuning.BEST;

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    /** Whether the small model that comes with sam is meant. */
    boolean isBuiltIn() {
        return weights == null && (model == null || model.equals(Models.BUILT_IN));
    }

    /**
     * Opens the weights and chooses the backend, which is itself opened when first used.
     *
     * @param observer sees every stage; null for none
     */
    ModelSession open(@Nullable StageObserver observer) throws IOException {
        checkUsage();
        List<BackendProvider> candidates = Backends.candidates(backend);
        Backends.requireSupport(candidates.getFirst(), precision);
        Backends.requireTuning(candidates.getFirst(), tuning);
        List<BackendProvider> able = candidates.stream()
                .filter(candidate -> precision == null || candidate.support(precision) != Support.REFUSED)
                .toList();
        FirstUse firstUse = new FirstUse(
                ModelCache.ofPlatform().verified(),
                VersionProvider.version() + " " + VersionProvider.commit(),
                options(null),
                command.commandLine().getErr());
        return session(firstUse.choose(able), observer);
    }

    /** The same with a backend that was never verified, to do so. */
    ModelSession openUnverified() throws IOException {
        checkUsage();
        BackendProvider provider = Backends.choose(backend);
        Backends.requireSupport(provider, precision);
        Backends.requireTuning(provider, tuning);
        return session(provider, null);
    }

    private ModelSession session(BackendProvider provider, @Nullable StageObserver observer) throws IOException {
        return new ModelSession(this, checkpoint(), provider, options(observer));
    }

    private BackendOptions options(@Nullable StageObserver observer) {
        return new BackendOptions(run.threads, ModelCache.ofPlatform().onnx(), precision, observer, tuning);
    }

    private Checkpoint checkpoint() throws IOException {
        Checkpoint given = Checkpoint.open(file());
        Precision wanted = precision;
        if (wanted == null || !PackedCopy.isNeeded(given, wanted)) {
            return given;
        }
        StatusLine line = StatusLine.on(command.commandLine().getErr(), !run.quiet);
        try (given) {
            Progress progress = (step, done, of) -> line.show(done * 100L / of + "%  " + step);
            return Checkpoint.open(PackedCopy.of(given, wanted, ModelCache.ofPlatform(), run.threads, progress));
        } finally {
            line.clear();
        }
    }

    private Path file() throws IOException {
        return weights != null ? weights : Models.ofPlatform().file(model == null ? Models.BUILT_IN : model);
    }

    private void checkUsage() {
        if (model != null && weights != null) {
            throw usage("--model and --weights both name the weights; give one of them");
        }
        if (run.threads < 0) {
            throw usage("--threads: expected 0 or more, got " + run.threads);
        }
        Backends.unknown(backend).ifPresent(sentence -> {
            throw usage(sentence);
        });
        if (model != null) {
            Models.unknown(model).ifPresent(sentence -> {
                throw usage(sentence);
            });
        }
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(command.commandLine(), sentence);
    }
}
