package org.samfast.cli.output;

import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a run writes, and how.
 *
 * @param folder where files lie
 * @param formats in the order in which they are written
 * @param multimask whether objects have three masks each, which are then numbered
 * @param classes names of the objects' classes: one per object, or one for all
 * @param tolerance pixels that an outline may be off at most
 * @param softEdge pixels over which a cut-out fades
 */
public record OutputSettings(
        Path folder,
        Set<OutputFormat> formats,
        boolean multimask,
        List<String> classes,
        double tolerance,
        double softEdge) {
    /** The class of objects that were given none. */
    public static final String DEFAULT_CLASS = "object";

    public OutputSettings {
        formats = Collections.unmodifiableSet(EnumSet.copyOf(formats));
        classes = classes.isEmpty() ? List.of(DEFAULT_CLASS) : List.copyOf(classes);
    }

    /** The class of an object, counted from 0. */
    String classOf(int object) {
        return classes.get(classes.size() == 1 ? 0 : object);
    }

    /** Files that are of all images of a run. */
    List<Path> sharedFiles() {
        return formats.stream()
                .flatMap(format -> format.shared().stream())
                .map(folder::resolve)
                .toList();
    }

    /** How the files of an image are called whose name begins with that stem. */
    OutputNames names(Path below, String stem) {
        return new OutputNames(folder, below, stem, formats, multimask);
    }
}
