package org.samfast.cli.input;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.samfast.image.ImageException;

/** The images that the command line names: files as they are, folders as the images in them. */
public final class ImageArguments {
    private static final Pattern IMAGE = Pattern.compile(".*\\.(jpe?g|png|gif|bmp|tiff?|webp)");
    private static final Pattern OWN_OUTPUT = Pattern.compile(".*\\.((mask|cutout)[1-3]?|overlay|merged|index)\\.png");

    private ImageArguments() {}

    /**
     * The files in their order; a folder stands for the images in it, by name, not in folders below, and without the
     * masks and overlays of an earlier run.
     *
     * @throws IOException where a folder cannot be listed or holds no image
     */
    public static List<Path> expand(List<Path> arguments) throws IOException {
        List<Path> images = new ArrayList<>();
        for (Path argument : arguments) {
            if (Files.isDirectory(argument)) {
                images.addAll(imagesIn(argument));
            } else {
                images.add(argument);
            }
        }
        return images;
    }

    private static List<Path> imagesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> images = files.filter(ImageArguments::isImage).sorted().toList();
            if (images.isEmpty()) {
                throw new ImageException(
                        folder + ": no image in this folder (looked for jpg, png, gif, bmp, tiff and webp)");
            }
            return images;
        }
    }

    private static boolean isImage(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return IMAGE.matcher(name).matches() && !OWN_OUTPUT.matcher(name).matches() && Files.isRegularFile(file);
    }
}
