package org.samfast.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.CheckpointExporter;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cli.convert.CalibrationImages;
import org.samfast.cli.convert.CalibrationRun;
import org.samfast.cli.model.ModelCache;
import org.samfast.cli.output.ConversionReportJson;
import org.samfast.cli.output.OutputFile;
import org.samfast.cli.terminal.ExitCode;
import org.samfast.cli.terminal.StatusLine;
import org.samfast.convert.Calibration;
import org.samfast.convert.CheckpointConverter;
import org.samfast.convert.ConversionOptions;
import org.samfast.convert.ConversionReport;
import org.samfast.convert.Progress;
import org.samfast.convert.SparseLayers;
import org.samfast.convert.WeightFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sam convert}: a checkpoint in another format. Prints the file on stdout. */
@Command(
        name = "convert",
        description = {
            "Write a checkpoint in another format: half the size, int8, 2:4 sparse, or ONNX.",
            "The output is a .safetensors file with the official names; of --to onnx a folder with encoder.onnx and"
                    + " decoder.onnx. What is there already from the same source with the same options is left as it is."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sam convert sam_vit_b_01ec64.pth",
            "  sam convert sam_vit_b_01ec64.pth small.safetensors --to fp16",
            "  sam convert sam_vit_b_01ec64.pth --to int8 --report report.json",
            "  sam convert sam_vit_b_01ec64.pth --to bf16-sparse24 --calibrate",
            "  sam convert sam_vit_b_01ec64.pth --to onnx"
        })
final class ConvertCommand implements Callable<Integer> {
    private static final String ONNX = "onnx";
    private static final String ALREADY_THERE = "already there, made from the same source with the same options";

    @Parameters(index = "0", paramLabel = "IN", description = "A .pth or .safetensors file.")
    Path in = Path.of("");

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "OUT",
            description =
                    "Default: IN's name with -FORMAT.safetensors (of onnx: -onnx, a folder) instead of its ending,"
                            + " beside IN.")
    @Nullable
    Path out;

    @Option(
            names = "--to",
            paramLabel = "FORMAT",
            defaultValue = "bf16",
            description =
                    "fp32, fp16, bf16 (default), int8, bf16-sparse24, int8-sparse24 or onnx. int8 and sparse24 are about"
                            + " the image encoder's Linears; the rest becomes bf16. onnx is fp32, of standard operators, for"
                            + " other programs.")
    String to = "bf16";

    @Option(
            names = "--sparse-layers",
            paramLabel = "LAYERS",
            defaultValue = "mlp",
            description = "Which Linears sparse24 prunes: mlp (default), all, or a list of qkv, proj, lin1, lin2, each"
                    + " perhaps with a block before it: 3.lin1.")
    String sparseLayers = "mlp";

    @Option(
            names = "--calibrate",
            paramLabel = "DIR",
            arity = "0..1",
            fallbackValue = "",
            description =
                    "Look at the images of a folder, or without DIR at the 16 that come with sam, and prune so that"
                            + " the outputs change least: the weights that stay make up for those that go. int8 needs to see"
                            + " images, and takes the 16 if not told otherwise. Before another argument write --calibrate=DIR.")
    @Nullable
    String calibrate;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "CPU threads to calibrate with; default: one per core.")
    int threads;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Also write per tensor how it is stored, its error, and what energy is kept, as JSON.")
    @Nullable
    Path report;

    @Option(names = "--quiet", description = "Say nothing on stderr but errors.")
    boolean quiet;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (to.equals(ONNX)) {
            return export();
        }
        WeightFormat format = format();
        SparseLayers layers = sparseLayers();
        Path output = out != null ? out : beside(in, "-" + format.label() + ".safetensors");
        try (Checkpoint source = Checkpoint.open(in)) {
            ConversionOptions options = new ConversionOptions(format, layers, calibration(source, format));
            ConversionReport done = convert(source, output, options);
            if (report != null && !done.alreadyThere()) {
                OutputFile.write(report, file -> ConversionReportJson.write(file, done));
            }
            remark(done);
            spec.commandLine().getOut().println(output);
        }
        return ExitCode.DONE;
    }

    private int export() throws IOException {
        requireNone("--sparse-layers", "--calibrate", "--report");
        CheckpointExporter exporter = CheckpointExporter.to(ONNX);
        Path folder = out != null ? out : beside(in, "-" + ONNX);
        StatusLine line = StatusLine.on(spec.commandLine().getErr(), !quiet);
        try (Checkpoint source = Checkpoint.open(in)) {
            boolean written = OutputFile.writing(folder, () -> exporter.export(source, folder, progress(line)));
            if (!written && !quiet) {
                spec.commandLine().getErr().println(ALREADY_THERE);
            }
        } finally {
            line.clear();
        }
        spec.commandLine().getOut().println(folder);
        return ExitCode.DONE;
    }

    private void requireNone(String... options) {
        for (String option : options) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(
                        spec.commandLine(),
                        option + ": is about .safetensors files, --to onnx takes none; leave it out");
            }
        }
    }

    private WeightFormat format() {
        return WeightFormat.labelled(to)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "--to: expected one of " + WeightFormat.labels() + ", " + ONNX + ", got '" + to + "'"));
    }

    private SparseLayers sparseLayers() {
        try {
            return SparseLayers.parse(sparseLayers);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--sparse-layers: " + e.getMessage(), e);
        }
    }

    /** {@code sam_vit_b.pth} to {@code sam_vit_b}END, in the same folder. */
    private static Path beside(Path in, String end) {
        String name = String.valueOf(in.getFileName());
        return in.resolveSibling(name.replaceFirst("(?<=.)\\.(pth|pt|bin|safetensors)$", "") + end);
    }

    private Calibration calibration(Checkpoint source, WeightFormat format) throws IOException {
        if (!format.isInt8() && (calibrate == null || !format.isSparse())) {
            return Calibration.NONE;
        }
        Path folder = calibrate == null || calibrate.isEmpty() ? null : Path.of(calibrate);
        BackendOptions options =
                new BackendOptions(threads, ModelCache.ofPlatform().onnx(), null, null);
        return new CalibrationRun(
                        source,
                        CalibrationImages.of(folder),
                        options,
                        progress(StatusLine.on(spec.commandLine().getErr(), !quiet)))
                .calibration();
    }

    private static Progress progress(StatusLine line) {
        return (step, done, of) -> line.show(done * 100L / of + "%  " + step);
    }

    private ConversionReport convert(Checkpoint source, Path output, ConversionOptions options) throws IOException {
        StatusLine progress = StatusLine.on(spec.commandLine().getErr(), !quiet);
        try {
            return OutputFile.writing(
                    output, () -> CheckpointConverter.convert(source, output, options, progress(progress)));
        } finally {
            progress.clear();
        }
    }

    private void remark(ConversionReport done) {
        if (quiet) {
            return;
        }
        PrintWriter stderr = spec.commandLine().getErr();
        if (done.alreadyThere()) {
            stderr.println(ALREADY_THERE);
            if (report != null) {
                stderr.println("no report: it is written when a file is converted; remove " + done.output() + " first");
            }
            return;
        }
        List<String> dense = done.tensors().stream()
                .flatMap(tensor -> tensor.whyNot().map(why -> tensor.name() + ": " + why).stream())
                .toList();
        dense.forEach(stderr::println);
        stderr.printf(
                Locale.ROOT,
                "%s: %d tensors, largest relative error of one %.2g%n",
                done.metadata().get("sam.variant"),
                done.tensors().size(),
                done.tensors().stream()
                        .mapToDouble(tensor -> tensor.relativeError())
                        .max()
                        .orElse(0));
    }
}
