package org.samfast.cli.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.samfast.backend.KernelSet;
import org.samfast.backend.Precision;
import org.samfast.backend.Tuning;

/**
 * A step of the ladder from the plain way to the fastest: what is added to the step before, and how to run it.
 *
 * @param title what is new in it
 * @param precision as {@code --precision} takes it; one that this build does not have makes the rung unavailable
 * @param decoderPerImage see {@link Workload}
 */
public record Rung(String title, String backend, String precision, Tuning tuning, boolean decoderPerImage, int batch) {
    private static final Tuning PLAIN = new Tuning(KernelSet.PORTABLE, false, false);
    private static final Tuning GRAPHS = new Tuning(KernelSet.PORTABLE, true, false);
    private static final Tuning LINEAR = new Tuning(KernelSet.LINEAR, true, false);
    private static final Tuning ALL_KERNELS = new Tuning(KernelSet.BEST, true, false);

    /** All of them, the plainest first. */
    public static final List<Rung> ALL = List.of(
            new Rung("ONNX Runtime, fp32", "onnx", "fp32", Tuning.BEST, false, 1),
            new Rung("CUDA, portable kernels, fp32", "cuda", "fp32", PLAIN, true, 1),
            new Rung("+ bf16", "cuda", "bf16", PLAIN, true, 1),
            new Rung("+ batch 8", "cuda", "bf16", PLAIN, true, 8),
            new Rung("+ CUDA graphs", "cuda", "bf16", GRAPHS, true, 8),
            new Rung("+ Hopper's Linears", "cuda", "bf16", LINEAR, true, 8),
            new Rung("+ Hopper's attention", "cuda", "bf16", ALL_KERNELS, true, 8),
            new Rung("+ ragged decoder", "cuda", "bf16", ALL_KERNELS, false, 8),
            new Rung("+ kernels overlap", "cuda", "bf16", Tuning.BEST, false, 8),
            new Rung("int8 Linears", "cuda", "int8", Tuning.BEST, false, 8),
            new Rung("2:4 sparse MLP", "cuda", "bf16-sparse24", Tuning.BEST, false, 8),
            new Rung("int8 and 2:4", "cuda", "int8-sparse24", Tuning.BEST, false, 8));

    /** Empty where this build knows none of that name. */
    public Optional<Precision> knownPrecision() {
        return Arrays.stream(Precision.values())
                .filter(known -> known.label().equals(precision))
                .findFirst();
    }

    /** The options of sam bench that measure it alone. */
    public String flags() {
        StringBuilder flags = new StringBuilder("--backend " + backend + " --precision " + precision);
        if (tuning.kernels() != KernelSet.BEST) {
            flags.append(" --kernels ").append(tuning.kernels().label());
        }
        flags.append(tuning.graphs() ? "" : " --no-graph");
        flags.append(tuning.overlap() ? "" : " --no-overlap");
        flags.append(decoderPerImage ? " --decoder-per-image" : "");
        return flags.append(" --batch ").append(batch).toString();
    }

    /** An object: the rung, how to run it, and its row. */
    public void write(JsonGenerator json, BenchRow row) throws IOException {
        begin(json);
        row.writeFields(json);
        json.writeEndObject();
    }

    /** An object: the rung, how to run it, and why it cannot be. */
    public void write(JsonGenerator json, String unavailable) throws IOException {
        begin(json);
        json.writeStringField("unavailable", unavailable);
        json.writeEndObject();
    }

    private void begin(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("rung", title);
        json.writeStringField("flags", flags());
    }
}
