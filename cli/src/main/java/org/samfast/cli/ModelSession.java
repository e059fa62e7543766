package org.samfast.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Backends;
import org.samfast.backend.MemoryNeed;
import org.samfast.backend.MemoryPlan;
import org.samfast.backend.Precision;
import org.samfast.backend.SamBackend;
import org.samfast.backend.Support;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.RememberedHash;
import org.samfast.cli.model.ModelCache;
import org.samfast.cli.output.CheckpointReport;
import org.samfast.cli.output.ResultWriter;
import org.samfast.cli.resume.Digest;
import org.samfast.cli.verify.StageCheck;
import org.samfast.cli.verify.Verification;
import org.samfast.embedding.EmbeddingSource;
import org.samfast.image.Size;
import org.samfast.packed.PackedLinear;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Weights and the backend that runs them. The backend is opened when it is first needed, so that a run whose inputs are
 * all bad ends at once; it is then announced on stderr.
 */
final class ModelSession implements AutoCloseable {
    private final ModelOptions options;
    private final Checkpoint weights;
    private final BackendProvider provider;
    /** Of the images that memory is planned for before they are seen: 12 megapixels. */
    private static final Size LARGEST = new Size(4000, 3000);
    /** Where prompts come one image after the other. */
    private static final int MANY_PROMPTS = 1000;

    private BackendOptions backendOptions;
    private @Nullable SamBackend backend;

    ModelSession(ModelOptions options, Checkpoint weights, BackendProvider provider, BackendOptions backendOptions) {
        this.options = options;
        this.weights = weights;
        this.provider = provider;
        this.backendOptions = backendOptions;
    }

    /** For any thread. */
    synchronized SamBackend backend() {
        if (backend == null) {
            if (options.run.gpuMemory > 0 && backendOptions.memory() == null) {
                plan(new MemoryNeed(1, MANY_PROMPTS, LARGEST, false, 0));
            }
            backend = provider.open(weights, backendOptions);
            announce(backend);
        }
        return backend;
    }

    /**
     * The same backend once more, computing fp32 to compare with; the caller closes it. Empty where fp32 is what it
     * computes anyway, or what it cannot compute.
     */
    Optional<SamBackend> openReference() {
        if (backend().info().precision() == Precision.FP32 || provider.support(Precision.FP32) != Support.NATIVE) {
            return Optional.empty();
        }
        return Optional.of(provider.open(weights, backendOptions.computing(Precision.FP32)));
    }

    /**
     * Every stage beside its reference: the stored one for the built-in model, another backend's for other weights.
     *
     * @throws BackendException where no other backend can be used here
     */
    List<StageCheck> verify() throws IOException {
        Verification verification = options.isBuiltIn()
                ? Verification.ofBuiltIn()
                : Verification.against(otherBackend(), weights, backendOptions);
        if (!options.run.quiet) {
            options.command
                    .commandLine()
                    .getErr()
                    .println("verifying: " + provider.name() + " (" + provider.description() + "), " + weights.file()
                            + (options.isBuiltIn()
                                    ? ""
                                    : ", against " + otherBackend().name()));
        }
        return verification.run(provider, weights, backendOptions);
    }

    private BackendProvider otherBackend() {
        return Backends.all().stream()
                .filter(other -> !other.name().equals(provider.name())
                        && other.unusableBecause().isEmpty()
                        && other.support(Precision.FP32) == Support.NATIVE)
                .findFirst()
                .orElseThrow(() -> new BackendException("backend '" + provider.name() + "' is the only one usable here:"
                        + " weights other than the built-in model's have nothing to be compared with"));
    }

    /** How many images a call of the backend is best given. */
    int batch() {
        return provider.batch();
    }

    /**
     * Plans the device's memory before any is taken, and keeps to the plan from now on; empty where the backend has none to plan.
     *
     * @param need with no limit, which the options know
     */
    synchronized Optional<MemoryPlan> plan(MemoryNeed need) {
        Optional<MemoryPlan> plan = provider.plan(weights, backendOptions, need.within(options.run.gpuMemory));
        if (plan.isEmpty() && options.run.gpuMemory > 0) {
            throw new ParameterException(
                    options.command.commandLine(),
                    "--gpu-mem is for backend cuda; backend '" + provider.name() + "' computes here: leave it out");
        }
        plan.ifPresent(found -> backendOptions = backendOptions.within(found));
        return plan;
    }

    /**
     * How many of the wanted images to give a call: all, or as many as fit under {@code --gpu-mem}.
     *
     * @param told hears the plan; null for nobody
     */
    int imagesAtOnce(int wanted, int prompts, @Nullable PrintWriter told) {
        return imagesAtOnce(new MemoryNeed(wanted, prompts, LARGEST, false, 0), told);
    }

    /** The same of everything mode with so many points. */
    int everythingAtOnce(int wanted, int points, @Nullable PrintWriter told) {
        return imagesAtOnce(new MemoryNeed(wanted, points, LARGEST, true, 0), told);
    }

    private int imagesAtOnce(MemoryNeed need, @Nullable PrintWriter told) {
        if (options.run.gpuMemory == 0 && told == null) {
            return need.images();
        }
        Optional<MemoryPlan> plan = plan(need);
        plan.map(MemoryPlan::line).ifPresent(line -> tell(told, line));
        return plan.map(MemoryPlan::images).orElse(need.images());
    }

    /**
     * Plans batches of so many images, of which none may be smaller.
     *
     * @throws BackendException where they do not fit
     */
    void planBatch(MemoryNeed need, @Nullable PrintWriter told) {
        plan(need).ifPresent(plan -> {
            tell(told, plan.line());
            if (plan.images() < need.images()) {
                throw new BackendException("%s: a batch of %d does not fit, %d do; give --batch %d"
                        .formatted(provider.name(), need.images(), plan.images(), plan.images()));
            }
        });
    }

    private static void tell(@Nullable PrintWriter told, String line) {
        if (told != null) {
            told.println(line);
        }
    }

    /** How many calls of the backend pay at once: a device can compute for one while the host works for another. */
    int callsAtOnce() {
        return provider.batch() > 1 ? 2 : 1;
    }

    /** Identifies a run's model, backend and options, but for those that are named. */
    String runKey(CommandSpec command, Set<String> without) throws IOException {
        Digest key =
                new Digest().add(VersionProvider.version()).add(weightsSha256()).add(provider.name());
        for (OptionSpec option : command.options()) {
            if (!without.contains(option.longestName())) {
                key.add(option.longestName()).add(Objects.toString(option.getValue()));
            }
        }
        return key.hex();
    }

    /** What makes the embeddings of this run, to tell them from others'; opens the backend. */
    EmbeddingSource embeddingSource() throws IOException {
        return new EmbeddingSource(model(), weightsSha256(), backend().info().precision(), VersionProvider.version());
    }

    private String weightsSha256() throws IOException {
        return RememberedHash.of(weights, ModelCache.ofPlatform().hashes());
    }

    /** The architecture: {@code vit_b}. */
    String model() {
        return weights.architecture().name();
    }

    /** Linears that the backend computes with 2:4 sparse weights. */
    long sparseLayers() {
        return backend().info().precision().isSparse()
                ? weights.packed().values().stream()
                        .filter(PackedLinear::isSparse)
                        .count()
                : 0;
    }

    /** What computes, for the record; opens the backend. */
    ResultWriter.Origin origin() {
        return new ResultWriter.Origin(
                model(), weights.file().toString(), backend().description());
    }

    PrintWriter stderr() {
        return options.command.commandLine().getErr();
    }

    private void announce(SamBackend opened) {
        if (options.run.quiet) {
            return;
        }
        PrintWriter stderr = stderr();
        stderr.println("backend: " + opened.description().replaceFirst(": (.*)", " ($1)"));
        stderr.println(
                options.isBuiltIn()
                        ? "model: vit_t, a small demo model; for real quality: sam download vit_b"
                        : "model: " + model());
        Precision computed = opened.info().precision();
        if (options.precision != null && options.precision != computed) {
            stderr.println("precision: asked for " + options.precision.label() + ", computed " + computed.label());
        }
        stderr.println("weights: " + weights.file() + ", stored " + CheckpointReport.storedIn(weights));
    }

    @Override
    public synchronized void close() {
        if (backend != null) {
            backend.close();
        }
        weights.close();
    }
}
