package org.samfast.convert;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.CheckpointException;
import org.samfast.checkpoint.SafetensorsWriter;
import org.samfast.checkpoint.SafetensorsWriter.Sink;
import org.samfast.checkpoint.SafetensorsWriter.Spec;
import org.samfast.checkpoint.TensorFile;

/**
 * Converts a checkpoint to another format, tensor by tensor: memory grows with the largest tensors, not with the file. The
 * output is a .safetensors file under official names; docs/weights-format.md.
 */
public final class CheckpointConverter {
    /** Of what packed weights look like; in the metadata as {@code sam.layout}. */
    public static final String LAYOUT = "1";

    private static final String SOURCE = "sam.source.sha256";
    private static final String UNKNOWN_SHA256 = "0".repeat(64);
    /** More threads would wait for the disk, and each holds a tensor. */
    private static final int MOST_THREADS = 4;

    private final Checkpoint source;
    private final ConversionOptions options;
    private final Progress progress;

    private CheckpointConverter(Checkpoint source, ConversionOptions options, Progress progress) {
        this.source = source;
        this.options = options;
        this.progress = progress;
    }

    /**
     * Writes the checkpoint to {@code output} in the wanted format. A file that is there already and was made from the same
     * source with the same options is left as it is.
     *
     * @param source stays open
     * @param output a .safetensors file, there or not
     * @param options the wanted format
     * @param progress hears of each tensor that is done
     * @return what was done, with the error of each tensor
     * @throws CheckpointException where a tensor cannot be converted, or where {@code output} is the source or some
     *     other file
     * @throws IOException where the output cannot be written; nothing is left of it then
     */
    public static ConversionReport convert(Checkpoint source, Path output, ConversionOptions options, Progress progress)
            throws IOException {
        return new CheckpointConverter(source, options, progress).convert(output);
    }

    private ConversionReport convert(Path output) throws IOException {
        if (Files.exists(output)) {
            return alreadyThere(output);
        }
        List<PlannedTensor> planned = plan();
        List<Spec> specs =
                planned.stream().flatMap(tensor -> tensor.specs().stream()).toList();
        List<TensorReport> reports = new ArrayList<>();
        CompletableFuture<String> hash = CompletableFuture.supplyAsync(this::sourceHash);
        SafetensorsWriter.write(output, metadata(UNKNOWN_SHA256), specs, sink -> {
            reports.addAll(writeAll(planned, sink));
            progress.step("source's SHA-256", planned.size(), planned.size());
            return metadata(hash.join());
        });
        return new ConversionReport(source.file(), output, false, metadata(hash.join()), reports);
    }

    private String sourceHash() {
        try {
            return source.sha256();
        } catch (CheckpointException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ConversionReport alreadyThere(Path output) throws IOException {
        if (Files.isSameFile(source.file(), output)) {
            throw new CheckpointException(
                    output + ": the output would replace the checkpoint that is read; name another output");
        }
        Map<String, String> wanted = metadata(source.sha256());
        if (!metadataOf(output).equals(wanted)) {
            throw new CheckpointException(output + ": exists already and is not what this conversion makes of "
                    + source.file() + "; remove it or name another output");
        }
        return new ConversionReport(source.file(), output, true, wanted, List.of());
    }

    private static Map<String, String> metadataOf(Path output) {
        try (TensorFile file = TensorFile.open(output)) {
            return file.metadata();
        } catch (CheckpointException _) {
            return Map.of(); // whatever it is, it is not ours
        }
    }

    private Map<String, String> metadata(String sha256) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt"); // what transformers looks for
        metadata.put("sam.variant", source.architecture().name());
        metadata.putAll(options.metadata());
        metadata.put(SOURCE, sha256);
        return metadata;
    }

    private List<PlannedTensor> plan() {
        return source.tensors().entrySet().stream()
                .map(named -> new SourceTensor(source.file(), named.getKey(), named.getValue()))
                .map(tensor -> ConversionPlan.of(tensor, options))
                .toList();
    }

    private List<TensorReport> writeAll(List<PlannedTensor> planned, Sink sink) throws IOException {
        AtomicInteger done = new AtomicInteger();
        Function<PlannedTensor, TensorReport> write = tensor -> write(tensor, sink, done, planned.size());
        try {
            return options.calibration().isEmpty()
                    ? writeTogether(planned, write)
                    : planned.stream().map(write).toList(); // a calibration is collected in the order of the blocks
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static List<TensorReport> writeTogether(
            List<PlannedTensor> planned, Function<PlannedTensor, TensorReport> write) {
        int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        try (ForkJoinPool pool = new ForkJoinPool(threads)) {
            return pool.submit(() -> planned.parallelStream().map(write).toList())
                    .join();
        }
    }

    private TensorReport write(PlannedTensor tensor, Sink sink, AtomicInteger done, int of) {
        progress.step(tensor.specs().getFirst().name(), done.getAndIncrement(), of);
        try {
            return tensor.write(entry -> {
                synchronized (sink) {
                    sink.put(entry);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
