package org.samfast.onnx;

import java.io.IOException;
import java.nio.file.Path;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.convert.Calibration;
import org.samfast.convert.CheckpointConverter;
import org.samfast.convert.ConversionOptions;
import org.samfast.convert.SparseLayers;
import org.samfast.convert.WeightFormat;

/** The built-in model in other formats. */
final class StoredModel {
    static final Path BUILT_IN =
            Path.of(System.getProperty("sam.testdata")).resolveSibling("models/sam_vit_t.bf16.safetensors");

    private StoredModel() {}

    /** Converted without looking at images, 2:4 in the MLPs. */
    static Checkpoint in(Path folder, WeightFormat format) throws IOException {
        Path file = folder.resolve(format.label() + ".safetensors");
        try (Checkpoint source = Checkpoint.open(BUILT_IN)) {
            ConversionOptions options = new ConversionOptions(format, SparseLayers.MLP, Calibration.NONE);
            CheckpointConverter.convert(source, file, options, (step, done, of) -> {});
        }
        return Checkpoint.open(file);
    }
}
