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
 * @param folder where they lie
 * @param stem the image's file name without its last extension
 * @param formats those asked for
 * @param multimask whether all three masks of an object are kept
 */
public record OutputNames(Path folder, String stem, Set<OutputFormat> formats, boolean multimask) {
    /** The names for an image. */
    public static OutputNames of(Path folder, Path image, Set<OutputFormat> formats, boolean multimask) {
        String name = String.valueOf(image.getFileName());
        int dot = name.lastIndexOf('.');
        return new OutputNames(folder, dot > 0 ? name.substring(0, dot) : name, formats, multimask);
    }

    /** The file of a format that has one per image or per run. */
    public Path file(OutputFormat format) {
        return format.scope() == OutputFormat.Scope.RUN ? folder.resolve(format.ending("")) : file(format.ending(""));
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
        return folder.resolve(stem + "." + ending);
    }
}
