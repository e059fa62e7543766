package org.samfast.cli.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.PatternSyntaxException;
import org.samfast.image.ImageException;

/**
 * The images that the command line names: files as they are, folders and quoted globs as the images in and below them,
 * {@code -} as the list on stdin. Each comes once, however often it is named.
 */
public final class ImageInputs {
    /** Stands for a list on stdin, which can be read once. */
    public static final Path STDIN = Path.of("-");

    private final InputStream stdin;
    private final Path outputs;
    private final Map<Path, InputImage> images = new LinkedHashMap<>();
    private final List<Problem> problems = new ArrayList<>();

    /** An argument that names no image, or a folder that cannot be listed. */
    public record Problem(String name, IOException error) {}

    private ImageInputs(InputStream stdin, Path outputs) {
        this.stdin = stdin;
        this.outputs = normal(outputs);
    }

    /**
     * Finds them.
     *
     * @param outputs the folder of results, which is not searched where it lies below a folder of images
     * @throws IOException where the list on stdin cannot be read
     */
    public static ImageInputs of(List<Path> arguments, Path outputs, InputStream stdin) throws IOException {
        ImageInputs inputs = new ImageInputs(stdin, outputs);
        for (Path argument : arguments) {
            if (argument.equals(STDIN)) {
                inputs.addList();
            } else {
                inputs.add(argument);
            }
        }
        return inputs;
    }

    /** In the order of the arguments, those of a folder by name. */
    public List<InputImage> images() {
        return InputFolders.distinct(List.copyOf(images.values()));
    }

    /** What could not be used; the images are all the others. */
    public List<Problem> problems() {
        return List.copyOf(problems);
    }

    private void addList() throws IOException {
        for (Path listed : ImageList.read(stdin)) {
            add(listed);
        }
    }

    private void add(Path argument) {
        if (argument.toString().isEmpty()) {
            problems.add(new Problem(
                    "''",
                    new ImageException("'': expected the name of an image or a folder, got an empty word; is a variable"
                            + " of the shell not set?")));
        } else if (Files.isDirectory(argument)) {
            addAll(argument, ImageTree.folder(argument, outputs));
        } else if (ImageTree.isGlob(argument)) {
            addGlob(argument);
        } else {
            add(new InputImage(argument, InputImage.TOP));
        }
    }

    private void addGlob(Path pattern) {
        try {
            addAll(pattern, ImageTree.glob(pattern, outputs));
        } catch (PatternSyntaxException e) {
            String reason = pattern + ": not a pattern for files: " + e.getDescription();
            problems.add(new Problem(pattern.toString(), new ImageException(reason, e)));
        }
    }

    private void addAll(Path argument, ImageTree tree) {
        problems.addAll(tree.problems());
        if (tree.images().isEmpty() && tree.problems().isEmpty()) {
            problems.add(new Problem(argument.toString(), tree.noImage(argument)));
        }
        tree.images().forEach(this::add);
    }

    private void add(InputImage image) {
        images.putIfAbsent(normal(image.file()), image);
    }

    static Path normal(Path path) {
        return path.toAbsolutePath().normalize();
    }
}
