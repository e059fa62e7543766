package org.samfast.cli.output;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds, before any work, inputs that would overwrite each other's outputs or an input. */
public final class OutputPlan {
    private final Path folder;
    private final Collection<OutputFormat> formats;
    private final int objects;
    private final boolean multimask;

    public OutputPlan(Path folder, Collection<OutputFormat> formats, int objects, boolean multimask) {
        this.folder = folder;
        this.formats = formats;
        this.objects = objects;
        this.multimask = multimask;
    }

    /** Empty, or a sentence that names the two inputs and the file they would both write. */
    public Optional<String> conflict(List<Path> images) {
        Set<Path> inputs = new HashSet<>();
        images.forEach(image -> inputs.add(normal(image)));
        Map<Path, Path> writers = new HashMap<>();
        for (Path image : images) {
            for (Path output : OutputNames.of(folder, image).all(formats, objects, multimask)) {
                if (inputs.contains(normal(output))) {
                    return Optional.of(image + ": its output " + output
                            + " would overwrite an input; choose another folder with --out");
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
