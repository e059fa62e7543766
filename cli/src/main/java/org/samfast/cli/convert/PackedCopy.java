package org.samfast.cli.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.RememberedHash;
import org.samfast.cli.model.ModelCache;
import org.samfast.convert.Calibration;
import org.samfast.convert.CheckpointConverter;
import org.samfast.convert.ConversionOptions;
import org.samfast.convert.Progress;
import org.samfast.convert.SparseLayers;
import org.samfast.convert.WeightFormat;
import org.samfast.packed.PackedFormat;

/** What {@code --precision} asks for of a checkpoint that does not store it: made as {@code sam convert} does it, and kept in the cache. */
public final class PackedCopy {
    /** Enough of a SHA-256 for a file's name; the file's metadata has all of it. */
    private static final int NAMED = 16;

    private PackedCopy() {}

    /** Whether a checkpoint stores other than what is asked for. */
    public static boolean isNeeded(Checkpoint checkpoint, Precision precision) {
        return precision.isPacked()
                && !PackedFormat.of(checkpoint.packed().values())
                        .map(precision.label()::equals)
                        .orElse(false);
    }

    /** The file; where it is there already, nothing is done. */
    public static Path of(Checkpoint source, Precision precision, ModelCache cache, int threads, Progress progress)
            throws IOException {
        WeightFormat format = WeightFormat.labelled(precision.label()).orElseThrow();
        Path folder = Files.createDirectories(cache.packed());
        Path file = folder.resolve(
                RememberedHash.of(source, cache.hashes()).substring(0, NAMED) + "-" + format.label() + ".safetensors");
        BackendOptions options = new BackendOptions(threads, cache.onnx(), null, null);
        Calibration calibration = format.isInt8()
                ? new CalibrationRun(source, CalibrationImages.of(null), options, progress).calibration()
                : Calibration.NONE;
        CheckpointConverter.convert(
                source, file, new ConversionOptions(format, SparseLayers.MLP, calibration), progress);
        return file;
    }
}
