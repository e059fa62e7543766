package org.samfast.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.convert.Calibration;
import org.samfast.convert.CheckpointConverter;
import org.samfast.convert.ConversionOptions;
import org.samfast.convert.SparseLayers;
import org.samfast.convert.WeightFormat;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;

/**
 * Every backend opens what {@code sam convert} writes, here of {@link ShallowModel}, and computes what the file stands for; each
 * backend's own test subclasses it.
 */
public abstract class StoredFormatsContractTest {
    private static final Path TESTDATA = Path.of(System.getProperty("sam.testdata"));

    @TempDir
    Path folder;

    /** The backend under test. */
    protected abstract BackendProvider provider();

    /** Allowed relative error of the embedding of a backend's own choice of precision. */
    protected double tolerance(WeightFormat format) {
        return 1e-4;
    }

    @ParameterizedTest
    @EnumSource
    void opensEveryFormatAndComputesItsDenseEquivalent(WeightFormat format) throws IOException {
        Path stored = folder.resolve("stored.safetensors");
        Path wide = folder.resolve("wide.safetensors");
        convert(ShallowModel.writeInto(folder.resolve("models")), stored, format);
        convert(stored, wide, WeightFormat.FP32);
        float[] expected = embedding(wide, Precision.FP32);
        float[] actual = embedding(stored, null);
        assertThat(OpenBackend.relativeError(expected, actual)).isLessThan(tolerance(format));
    }

    private static void convert(Path from, Path to, WeightFormat format) throws IOException {
        try (Checkpoint source = Checkpoint.open(from)) {
            ConversionOptions options = new ConversionOptions(format, SparseLayers.ALL, Calibration.NONE);
            CheckpointConverter.convert(source, to, options, (step, done, of) -> {});
        }
    }

    private float[] embedding(Path file, @Nullable Precision precision) throws IOException {
        RgbImage photo = ImageReader.read(TESTDATA.resolve("images/dog.jpg"), ImageReader.DEFAULT_PIXEL_LIMIT);
        BackendOptions options = new BackendOptions(0, folder, precision, null);
        try (Checkpoint checkpoint = Checkpoint.open(file);
                SamBackend backend = provider().open(checkpoint, options);
                ImageEmbedding embedding = backend.embed(List.of(photo)).getFirst()) {
            return embedding.toHost();
        }
    }
}
