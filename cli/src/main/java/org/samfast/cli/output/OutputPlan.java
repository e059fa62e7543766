package org.samfast.cli.output;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds, before any work, inputs that would overwrite each other's outputs or an input. */
public final class OutputPlan {
    private final OutputSettings settings;
    private final int objects;

    public OutputPlan(OutputSettings settings, int objects) {
        this.settings = settings;
        this.objects = objects;
    }

    /** Empty, or a sentence that names the two inputs and the file they would both write. */
    public Optional<String> conflict(List<Path> images) {
        Set<Path> inputs = new HashSet<>();
        images.forEach(image -> inputs.add(normal(image)));
        Set<Path> shared = new HashSet<>();
        settings.sharedFiles().forEach(file -> shared.add(normal(file)));
        Map<Path, Path> writers = new HashMap<>();
        for (Path image : images) {
            for (Path output : settings.names(image).all(objects)) {
                if (inputs.contains(normal(output))) {
                    return Optional.of(image + ": its output " + output
                            + " would overwrite an input; choose another folder with --out");
                }
                if (shared.contains(normal(output))) {
                    return Optional.of(image + ": its output " + output
                            + " is also the file of all images; write the two formats in two runs with different --out"
                            + " folders");
                }
                @Nullable Path other = writers.put(normal(output), image);
                if (other != null) {
                    return Optional.of(other + " and " + image + " would both write " + output
                            + "; segment them in two runs with different --out folders");
                }
            }
        }
        return Optional.empty();
    }

    private static Path normal(Path path) {
        return path.toAbsolutePath().normalize();
    }
}
