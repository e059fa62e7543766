package org.samfast.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.Backends;
import org.samfast.backend.KernelSet;
import org.samfast.backend.Precision;
import org.samfast.backend.Tuning;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What {@code sam bench} compares: every combination of weights, backends, precisions and kernels. */
final class BenchSubjects {
    @Option(
            names = "--model",
            paramLabel = "NAME",
            split = ",",
            description = "vit_t, the small demo model that comes with sam (default), or one or several that"
                    + " 'sam download' fetched, separated by commas: vit_b, vit_l, vit_h.")
    List<String> models = List.of();

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            split = ",",
            description = "Any SAM checkpoint instead: .pth or .safetensors, official or fine-tuned; several, separated"
                    + " by commas. With --ladder each rung takes the first that it can compute.")
    List<Path> weights = List.of();

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            split = ",",
            description =
                    "What computes: auto (default: the best that is usable here), onnx or cuda; several, separated"
                            + " by commas, take turns. See 'sam backends'.")
    List<String> backends = List.of();

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            split = ",",
            description = "What to compute in: fp32, fp16 or bf16; several, separated by commas, take turns. Default:"
                    + " the backend's best. A backend that computes in a wider type says so; one that cannot compute in it"
                    + " ends with 4.")
    List<Precision> precisions = List.of();

    @Option(
            names = "--kernels",
            paramLabel = "SET",
            split = ",",
            description = "Which of cuda's kernels run: best (default), linear (of those for one architecture only the"
                    + " Linears), portable, or ptx (portable, compiled by the driver); several, separated by commas, take"
                    + " turns.")
    List<KernelSet> kernels = List.of();

    @Option(names = "--no-graph", description = "Launch cuda's kernels one by one, not as graphs.")
    boolean noGraph;

    @Option(names = "--no-overlap", description = "Start each of cuda's kernels when the one before has ended.")
    boolean noOverlap;

    @Option(
            names = "--decoder-per-image",
            description = "Decode the prompts of one image at a time, not those of a batch together.")
    boolean decoderPerImage;

    @Mixin
    RunOptions run = new RunOptions();

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    /** The options of each, those of one model after each other. */
    List<List<ModelOptions>> byModel() {
        List<List<ModelOptions>> all = new ArrayList<>();
        weights.forEach(file -> all.add(of(null, file)));
        models.forEach(name -> all.add(of(name, null)));
        return all.isEmpty() ? List.of(of(null, null)) : all;
    }

    private List<ModelOptions> of(@Nullable String model, @Nullable Path file) {
        List<ModelOptions> options = new ArrayList<>();
        for (String backend : backends.isEmpty() ? List.of(Backends.AUTO) : backends) {
            for (@Nullable Precision precision : precisions.isEmpty() ? Arrays.asList((Precision) null) : precisions) {
                for (KernelSet set : kernels.isEmpty() ? List.of(KernelSet.BEST) : kernels) {
                    options.add(one(model, file, backend, precision, new Tuning(set, !noGraph, !noOverlap)));
                }
            }
        }
        return options;
    }

    ModelOptions one(
            @Nullable String model, @Nullable Path file, String backend, @Nullable Precision precision, Tuning tuning) {
        ModelOptions one = new ModelOptions();
        one.model = model;
        one.weights = file;
        one.backend = backend;
        one.precision = precision;
        one.run = run;
        one.tuning = tuning;
        one.command = command;
        return one;
    }
}
