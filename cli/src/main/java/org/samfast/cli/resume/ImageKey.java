package org.samfast.cli.resume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Identifies an image file as it is now, what is asked on it and where its results go. */
public final class ImageKey {
    private ImageKey() {}

    /** Empty where the file cannot be looked at; such an image is never done. */
    public static String of(Path image, Path results, String prompts) {
        try {
            return new Digest()
                    .add(image.toAbsolutePath().normalize().toString())
                    .add(Files.size(image))
                    .add(Files.getLastModifiedTime(image).toMillis())
                    .add(results.toString())
                    .add(prompts)
                    .hex();
        } catch (IOException _) {
            return "";
        }
    }
}
