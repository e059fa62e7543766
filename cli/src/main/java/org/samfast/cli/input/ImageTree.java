package org.samfast.cli.input;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.samfast.image.ImageException;

/** The images below a folder, by path; without hidden ones and without the results of an earlier run. */
final class ImageTree extends SimpleFileVisitor<Path> {
    private static final Pattern IMAGE = Pattern.compile(".*\\.(jpe?g|png|gif|bmp|tiff?|webp)");
    private static final Pattern OWN_OUTPUT = Pattern.compile(".*\\.((mask|cutout)[1-3]?|overlay|merged|index)\\.png");
    private static final Pattern WILDCARD = Pattern.compile("[*?\\[{]");

    private final Path root;
    private final Path outputs;
    private final Predicate<Path> wanted;
    private final List<InputImage> images = new ArrayList<>();
    private final List<ImageInputs.Problem> problems = new ArrayList<>();

    private ImageTree(Path root, Path outputs, Predicate<Path> wanted) {
        this.root = root;
        this.outputs = outputs;
        this.wanted = wanted;
        walk();
        images.sort(Comparator.comparing(InputImage::file));
    }

    /** All images below the folder. */
    static ImageTree folder(Path folder, Path outputs) {
        return new ImageTree(folder, outputs, ImageTree::isImage);
    }

    /** Whether it is a pattern and not the name of a file. */
    static boolean isGlob(Path argument) {
        return WILDCARD.matcher(argument.toString()).find() && !Files.exists(argument);
    }

    /** What the pattern matches: {@code *} within a folder, {@code **} through folders, {@code ?}, {@code [a-z]}, {@code {a,b}}. */
    static ImageTree glob(Path pattern, Path outputs) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + throughAnyFolders(pattern));
        return new ImageTree(plainStart(pattern), outputs, matcher::matches);
    }

    /** Java wants a folder for {@code **}{@code /}, the shells take none as well. */
    private static String throughAnyFolders(Path pattern) {
        return pattern.toString().replace("**/", "{**/,}");
    }

    /** The folders before the first wildcard. */
    private static Path plainStart(Path pattern) {
        Path start = pattern.isAbsolute() ? pattern.getRoot() : InputImage.TOP;
        for (Path part : pattern) {
            if (WILDCARD.matcher(part.toString()).find()) {
                break;
            }
            start = start.resolve(part);
        }
        return start;
    }

    List<InputImage> images() {
        return images;
    }

    List<ImageInputs.Problem> problems() {
        return problems;
    }

    /** The error of an argument that stands for no image. */
    ImageException noImage(Path argument) {
        return new ImageException(
                isGlob(argument)
                        ? argument + ": no file matches this pattern"
                        : argument + ": no image in this folder (looked for jpg, png, gif, bmp, tiff and webp)");
    }

    private void walk() {
        try {
            Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, this);
        } catch (IOException e) {
            problems.add(new ImageInputs.Problem(root.toString(), e));
        }
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
        boolean skipped = !folder.equals(root)
                && (isHidden(folder) || ImageInputs.normal(folder).equals(outputs));
        return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
        // a link that leads nowhere is an image that is missing
        boolean file = attributes.isRegularFile() || attributes.isSymbolicLink();
        boolean own = OWN_OUTPUT.matcher(lowerName(path)).matches();
        if (file && !isHidden(path) && !own && wanted.test(path)) {
            Path folder = path.getParent();
            Path below = folder == null ? InputImage.TOP : root.relativize(folder);
            images.add(new InputImage(path, below));
        }
        return FileVisitResult.CONTINUE;
    }

    /** A folder that cannot be listed; a link to a folder above itself leads to nothing new. */
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException error) {
        if (!(error instanceof FileSystemLoopException)) {
            problems.add(new ImageInputs.Problem(file.toString(), error));
        }
        return FileVisitResult.CONTINUE;
    }

    private static boolean isImage(Path file) {
        return IMAGE.matcher(lowerName(file)).matches();
    }

    private static boolean isHidden(Path path) {
        return lowerName(path).startsWith(".");
    }

    private static String lowerName(Path path) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    }
}
