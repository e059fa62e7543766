package org.samfast.cli.output;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.samfast.image.ImageException;

/**
 * Where an image lies in the world: the six numbers of an ESRI world file, x' = A x + B y + C and y' = D x + E y + F for
 * the centre of pixel (x, y), in the order A, D, B, E, C, F.
 */
record WorldFile(double a, double d, double b, double e, double c, double f) {
    /** Corners of pixels stay where they are. */
    static final WorldFile NONE = new WorldFile(1, 0, 0, 1, 0.5, 0.5);

    /** Six numbers and their line ends are far below it. */
    private static final int MOST_BYTES = 4096;

    /**
     * The world file beside an image, {@link #NONE} where there is none: for dog.jpg that is dog.jgw, dog.jpgw or dog.wld.
     *
     * @throws IOException where it is there and is not one
     */
    static WorldFile of(Path image) throws IOException {
        for (String name : names(String.valueOf(image.getFileName()))) {
            Path file = image.resolveSibling(name);
            if (Files.isRegularFile(file)) {
                return read(file);
            }
        }
        return NONE;
    }

    /** dog.jgw (first and last letter of the extension), dog.jpgw, dog.wld; and the same in capitals. */
    static List<String> names(String image) {
        int dot = image.lastIndexOf('.');
        String stem = dot > 0 ? image.substring(0, dot) : image;
        String extension = dot > 0 ? image.substring(dot + 1) : "";
        if (extension.isEmpty()) {
            return List.of(stem + ".wld", stem + ".WLD");
        }
        String w = extension.equals(extension.toLowerCase(Locale.ROOT)) ? "w" : "W";
        String shortName = "." + extension.charAt(0) + extension.charAt(extension.length() - 1) + w;
        return List.of(stem + shortName, stem + "." + extension + w, stem + ".wld", stem + ".WLD");
    }

    private static WorldFile read(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw wrong(file);
        }
        return parse(file, new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
    }

    private static WorldFile parse(Path file, String text) throws IOException {
        String[] words = text.strip().split("\\s+", -1);
        double[] numbers = new double[6];
        if (words.length != numbers.length) {
            throw wrong(file);
        }
        for (int i = 0; i < numbers.length; i++) {
            // decimal commas, as some programs write them
            numbers[i] = number(file, words[i].replace(',', '.'));
        }
        WorldFile world = new WorldFile(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
        if (world.determinant() == 0 || !Double.isFinite(world.determinant())) {
            throw wrong(file);
        }
        return world;
    }

    private static double number(Path file, String word) throws IOException {
        if (!word.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d{1,3})?")) {
            throw wrong(file);
        }
        double number = Double.parseDouble(word);
        if (!Double.isFinite(number)) {
            throw wrong(file);
        }
        return number;
    }

    private static ImageException wrong(Path file) {
        return new ImageException(
                file + ": expected a world file, six numbers on six lines (pixel width, two rotations,"
                        + " pixel height, x and y of the first pixel's centre) that span an area; correct it or take it away");
    }

    private double determinant() {
        return a * e - b * d;
    }

    /** Whether what turns right in the image turns left in the world, as on every map with north above. */
    boolean mirrors() {
        return determinant() < 0;
    }

    /** World x of a position in pixels from the image's left upper corner. */
    double x(double px, double py) {
        return a * (px - 0.5) + b * (py - 0.5) + c;
    }

    /** World y of a position in pixels from the image's left upper corner. */
    double y(double px, double py) {
        return d * (px - 0.5) + e * (py - 0.5) + f;
    }
}
