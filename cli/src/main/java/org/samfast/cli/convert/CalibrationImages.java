package org.samfast.cli.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.model.ModelException;
import org.samfast.file.Sha256;

/** The images that a conversion looks at: those of a folder, or the 16 that come with sam. */
public record CalibrationImages(List<Path> files) {
    private static final String FOLDER = "calibration";

    public CalibrationImages {
        files = List.copyOf(files);
    }

    /** The images that lie in a folder itself, by name; null for those that come with sam. */
    public static CalibrationImages of(@Nullable Path folder) throws IOException {
        return in(folder == null ? bundled() : folder);
    }

    private static Path bundled() throws ModelException {
        String models = System.getProperty("sam.models");
        if (models == null) {
            throw new ModelException("the images to calibrate with are not found: start sam by its launcher, or give"
                    + " --calibrate=DIR");
        }
        return Path.of(models, FOLDER);
    }

    private static CalibrationImages in(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> images =
                    files.filter(CalibrationImages::isImage).sorted().toList();
            if (images.isEmpty()) {
                throw new ModelException(
                        folder + ": there is no image to calibrate with (jpg, png, webp, tif, bmp, gif)");
            }
            return new CalibrationImages(images);
        }
    }

    private static boolean isImage(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.matches(".*\\.(jpe?g|png|webp|tiff?|bmp|gif)") && Files.isRegularFile(file);
    }

    /** Names, and one checksum of all bytes: what the converted file says it was calibrated with. */
    public String record() throws IOException {
        MessageDigest digest = Sha256.begin();
        for (Path file : files) {
            digest.update(Files.readAllBytes(file));
        }
        String names =
                files.stream().map(file -> String.valueOf(file.getFileName())).collect(Collectors.joining(" "));
        return names + " sha256:" + Sha256.hex(digest.digest());
    }
}
