package org.samfast.cli.output;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.samfast.mask.ScoredMask;

/**
 * How the files of one image are called: {@code dog.mask.png}, {@code dog.obj2.mask.png} for the second object,
 * {@code dog.mask1.png} to {@code dog.mask3.png} where all three masks are kept, {@code dog.overlay.png}; and
 * {@code coco.json}, which is of all images.
 *
 * @param root the folder of the run
 * @param below the folder inside it that the image's files lie in; empty for the folder itself
 * @param stem the image's file name without its last extension; with it, where two images of a folder differ in it only
 * @param formats those asked for
 * @param multimask whether all three masks of an object are kept
 */
public record OutputNames(Path root, Path below, String stem, Set<OutputFormat> formats, boolean multimask) {
    /** Where the image's files lie. */
    public Path folder() {
        return root.resolve(below);
    }

    /** What all of them begin with, from the folder of the run. */
    public Path path() {
        return below.resolve(stem);
    }

    /** The file of a format that has one per image or per run. */
    public Path file(OutputFormat format) {
        return format.scope() == OutputFormat.Scope.RUN ? root.resolve(format.ending("")) : file(format.ending(""));
    }

    /** The file of a format that has one per mask. */
    public Path file(OutputFormat format, ScoredMask mask) {
        return file(format, mask.prompt(), mask.output());
    }

    /** The same, where the format was asked for. */
    public Optional<Path> asked(OutputFormat format, ScoredMask mask) {
        return formats.contains(format) ? Optional.of(file(format, mask)) : Optional.empty();
    }

    /** Every file of this image alone that a run over so many objects would write. */
    public List<Path> all(int objects) {
        List<Path> files = new ArrayList<>();
        for (OutputFormat format : formats) {
            switch (format.scope()) {
                case MASK -> perMask(files, format, objects);
                case IMAGE -> files.add(file(format));
                case RUN -> {}
            }
        }
        return files;
    }

    private void perMask(List<Path> files, OutputFormat format, int objects) {
        for (int object = 0; object < objects; object++) {
            for (int output = 1; output <= (multimask ? 3 : 1); output++) {
                files.add(file(format, object, output));
            }
        }
    }

    private Path file(OutputFormat format, int object, int output) {
        String prefix = object == 0 ? "" : "obj" + (object + 1) + ".";
        return file(prefix + format.ending(multimask ? String.valueOf(output) : ""));
    }

    private Path file(String ending) {
        return folder().resolve(stem + "." + ending);
    }
}
