package org.samfast.cli.output;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.samfast.mask.ScoredMask;

/**
 * How the files of one image are called: {@code dog.mask.png}, {@code dog.obj2.mask.png} for the second object,
 * {@code dog.mask1.png} to {@code dog.mask3.png} where all three masks are kept, {@code dog.overlay.png}.
 *
 * @param folder where they lie
 * @param stem the image's file name without its last extension
 */
public record OutputNames(Path folder, String stem) {
    /** The names for an image. */
    public static OutputNames of(Path folder, Path image) {
        String name = String.valueOf(image.getFileName());
        int dot = name.lastIndexOf('.');
        return new OutputNames(folder, dot > 0 ? name.substring(0, dot) : name);
    }

    /** The file of a mask as PNG. */
    public Path mask(ScoredMask mask, boolean multimask) {
        return mask(mask.prompt(), mask.output(), multimask);
    }

    /** The file of a mask's low-resolution logits. */
    public Path logits(ScoredMask mask, boolean multimask) {
        return logits(mask.prompt(), mask.output(), multimask);
    }

    public Path overlay() {
        return file("overlay.png");
    }

    public Path rle() {
        return file("rle.json");
    }

    public Path json() {
        return file("json");
    }

    /** Every file that a run over so many objects would write. */
    public List<Path> all(Collection<OutputFormat> formats, int objects, boolean multimask) {
        List<Path> files = new ArrayList<>();
        for (OutputFormat format : formats) {
            switch (format) {
                case OVERLAY -> files.add(overlay());
                case RLE -> files.add(rle());
                case JSON -> files.add(json());
                case PNG, LOGITS -> perMask(files, format, objects, multimask);
            }
        }
        return files;
    }

    private void perMask(List<Path> files, OutputFormat format, int objects, boolean multimask) {
        for (int object = 0; object < objects; object++) {
            for (int output = 1; output <= (multimask ? 3 : 1); output++) {
                files.add(
                        format == OutputFormat.PNG
                                ? mask(object, output, multimask)
                                : logits(object, output, multimask));
            }
        }
    }

    private Path mask(int object, int output, boolean multimask) {
        return file(objectPrefix(object) + "mask" + (multimask ? output : "") + ".png");
    }

    private Path logits(int object, int output, boolean multimask) {
        return file(objectPrefix(object) + "logits" + (multimask ? output : "") + ".safetensors");
    }

    private static String objectPrefix(int object) {
        return object == 0 ? "" : "obj" + (object + 1) + ".";
    }

    private Path file(String ending) {
        return folder.resolve(stem + "." + ending);
    }
}
