package org.samfast.cli.convert;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.samfast.architecture.SamArchitecture;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Backends;
import org.samfast.backend.Calibrator;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.convert.Calibration;
import org.samfast.convert.EncoderLinear;
import org.samfast.convert.LinearInputs;
import org.samfast.convert.Progress;
import org.samfast.image.ImageReader;

/** Shows a backend the images, as many blocks at a time as fit the memory, when the converter comes to them. */
public final class CalibrationRun {
    /** Of second moments at once; they exist twice while an image is added. */
    private static final long MOST_BYTES = 600L << 20;

    private final Checkpoint weights;
    private final CalibrationImages images;
    private final BackendOptions options;
    private final Progress progress;
    private Map<String, LinearInputs> seen = Map.of();

    public CalibrationRun(Checkpoint weights, CalibrationImages images, BackendOptions options, Progress progress) {
        this.weights = weights;
        this.images = images;
        this.options = options;
        this.progress = progress;
    }

    /** The calibration, which looks at the images when it is first asked. */
    public Calibration calibration() throws IOException {
        return new Calibration(images.record(), this::inputs);
    }

    private synchronized Optional<LinearInputs> inputs(String module) {
        if (!seen.containsKey(module)) {
            seen = Map.of();
            seen = look(group(module));
        }
        return Optional.ofNullable(seen.get(module));
    }

    /** The module and those behind it that fit. */
    private Set<String> group(String module) {
        SamArchitecture architecture = weights.architecture();
        Set<String> group = new LinkedHashSet<>();
        long bytes = 0;
        for (String next : modules(architecture)) {
            long columns = next.endsWith(EncoderLinear.LIN2.module()) ? architecture.mlpWidth() : architecture.width();
            boolean fits = bytes + Float.BYTES * columns * columns <= MOST_BYTES;
            if (next.equals(module) || (!group.isEmpty() && fits)) {
                group.add(next);
                bytes += Float.BYTES * columns * columns;
            }
        }
        return group;
    }

    private static List<String> modules(SamArchitecture architecture) {
        List<String> modules = new ArrayList<>();
        for (int layer = 0; layer < architecture.depth(); layer++) {
            for (EncoderLinear linear : EncoderLinear.values()) {
                modules.add(linear.in(layer));
            }
        }
        return modules;
    }

    /** Not asked for where the converted file is there already. */
    private static BackendProvider backend() {
        return Backends.all().stream()
                .filter(provider ->
                        provider.calibrates() && provider.unusableBecause().isEmpty())
                .findFirst()
                .orElseThrow(() -> new BackendException("no backend that is usable here can calibrate"));
    }

    private Map<String, LinearInputs> look(Set<String> modules) {
        try (Calibrator calibrator = backend().calibrator(weights, options, modules)) {
            int done = 0;
            for (Path file : images.files()) {
                progress.step(
                        "looking at " + file.getFileName(),
                        done++,
                        images.files().size());
                calibrator.see(ImageReader.read(file, ImageReader.DEFAULT_PIXEL_LIMIT));
            }
            return calibrator.inputs();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
