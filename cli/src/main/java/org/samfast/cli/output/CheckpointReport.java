package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.samfast.architecture.SamArchitecture;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.packed.PackedFormat;
import org.samfast.tensor.Tensor;

/** What {@code sam info} says of a checkpoint, for people and as JSON. */
public final class CheckpointReport {
    private final Checkpoint checkpoint;
    private final SamArchitecture architecture;
    private final long bytes;
    private final @Nullable String sha256;
    private final boolean withTensors;

    /**
     * Reads what is asked for.
     *
     * @param withSha256 whether to read the whole file for its checksum
     * @param withTensors whether to list every tensor
     */
    public CheckpointReport(Checkpoint checkpoint, boolean withSha256, boolean withTensors) throws IOException {
        this.checkpoint = checkpoint;
        this.withTensors = withTensors;
        architecture = checkpoint.architecture();
        bytes = Files.size(checkpoint.file());
        sha256 = withSha256 ? checkpoint.sha256() : null;
    }

    /** The element types of the tensors, {@code bf16} or {@code bf16 and f32}, or the packed format: {@code int8-sparse24}. */
    public static String storedIn(Checkpoint checkpoint) {
        return PackedFormat.of(checkpoint.packed().values()).orElseGet(() -> elementTypes(checkpoint));
    }

    private static String elementTypes(Checkpoint checkpoint) {
        return checkpoint.tensors().values().stream()
                .map(CheckpointReport::dtype)
                .distinct()
                .sorted()
                .collect(Collectors.joining(" and "));
    }

    /** For people: one fact a line. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "file:          %s (%.1f MB)", checkpoint.file(), bytes / 1e6));
        lines.add("format:        " + checkpoint.format());
        lines.add("architecture:  " + architecture.name() + ": width " + architecture.width() + ", depth "
                + architecture.depth() + ", " + architecture.heads() + " heads, global attention in layers "
                + architecture.globalLayers().stream().map(String::valueOf).collect(Collectors.joining(", ")));
        lines.add(String.format(
                Locale.ROOT,
                "parameters:    %,d in %d tensors",
                parameters(),
                checkpoint.tensors().size()));
        lines.add("stored as:     " + storedIn(checkpoint));
        if (sha256 != null) {
            lines.add("sha256:        " + sha256);
        }
        checkpoint.metadata().forEach((key, value) -> lines.add("metadata:      " + printable(key + ": " + value)));
        if (withTensors) {
            checkpoint
                    .tensors()
                    .forEach((name, tensor) ->
                            lines.add(name + "  " + dtype(tensor) + " " + Arrays.toString(tensor.shape())));
        }
        return lines;
    }

    /** The same as a JSON object. */
    public void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("file", checkpoint.file().toString());
        json.writeNumberField("bytes", bytes);
        json.writeStringField("format", checkpoint.format());
        writeArchitecture(json);
        json.writeNumberField("parameters", parameters());
        json.writeNumberField("tensor_count", checkpoint.tensors().size());
        json.writeStringField("stored", storedIn(checkpoint));
        if (sha256 != null) {
            json.writeStringField("sha256", sha256);
        }
        json.writeObjectFieldStart("metadata");
        for (Map.Entry<String, String> entry : checkpoint.metadata().entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
        if (withTensors) {
            writeTensors(json);
        }
        json.writeEndObject();
    }

    private void writeArchitecture(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("architecture");
        json.writeStringField("name", architecture.name());
        json.writeNumberField("width", architecture.width());
        json.writeNumberField("depth", architecture.depth());
        json.writeNumberField("heads", architecture.heads());
        json.writeNumberField("mlp_width", architecture.mlpWidth());
        json.writeNumberField("window_size", architecture.windowSize());
        json.writeFieldName("global_layers");
        int[] layers =
                architecture.globalLayers().stream().mapToInt(Integer::intValue).toArray();
        json.writeArray(layers, 0, layers.length);
        json.writeEndObject();
    }

    private void writeTensors(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("tensors");
        for (Map.Entry<String, Tensor> entry : checkpoint.tensors().entrySet()) {
            long[] shape = entry.getValue().shape();
            json.writeStartObject();
            json.writeStringField("name", entry.getKey());
            json.writeStringField("dtype", dtype(entry.getValue()));
            json.writeFieldName("shape");
            json.writeArray(shape, 0, shape.length);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private long parameters() {
        return checkpoint.tensors().values().stream()
                .mapToLong(Tensor::elements)
                .sum();
    }

    private static String dtype(Tensor tensor) {
        return tensor.dtype().name().toLowerCase(Locale.ROOT);
    }

    /** The text without control characters: a file's metadata could otherwise drive the terminal. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\x80-\\x9f]", "?");
    }
}
