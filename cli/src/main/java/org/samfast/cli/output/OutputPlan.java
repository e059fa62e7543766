package org.samfast.cli.output;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.samfast.cli.input.InputImage;

/** Chooses, before any work, how the results of each image are called, and finds files that would be overwritten. */
public final class OutputPlan {
    private final OutputSettings settings;
    private final List<InputImage> images;
    private final List<OutputNames> names;
    private final Map<Path, Integer> byName = new HashMap<>();

    private OutputPlan(OutputSettings settings, List<InputImage> images, List<OutputNames> names) {
        this.settings = settings;
        this.images = images;
        this.names = names;
        for (int i = 0; i < names.size(); i++) {
            byName.put(normal(path(i)), i);
        }
    }

    /** Names for all images. */
    public static OutputPlan of(OutputSettings settings, List<InputImage> images) {
        Map<Path, Long> sharing =
                images.stream().collect(Collectors.groupingBy(OutputPlan::key, Collectors.counting()));
        List<OutputNames> names = new ArrayList<>();
        for (InputImage image : images) {
            boolean shared = sharing.getOrDefault(key(image), 0L) > 1;
            names.add(settings.names(image.below(), shared ? image.name() : image.stem()));
        }
        return new OutputPlan(settings, images, names);
    }

    private static Path key(InputImage image) {
        return image.below().resolve(image.stem().toLowerCase(Locale.ROOT));
    }

    /** The names of each image, in their order. */
    public List<OutputNames> names() {
        return names;
    }

    /**
     * Empty, or a sentence that names an input that would be overwritten, or two inputs and the file they would both write.
     *
     * @param objects the most objects of an image
     */
    public Optional<String> conflict(int objects) {
        Function<Integer, List<Path>> outputs = image -> names.get(image).all(objects);
        return Stream.concat(
                        shared(outputs),
                        IntStream.range(0, images.size())
                                .boxed()
                                .flatMap(image -> Stream.concat(overwritten(image, outputs), twice(image, outputs))))
                .findFirst();
    }

    /** Images that would write a file of all images. */
    private Stream<String> shared(Function<Integer, List<Path>> outputs) {
        return settings.sharedFiles().stream().flatMap(file -> shorter(normal(file))
                .filter(image -> outputs.apply(image).contains(file))
                .map(image -> images.get(image).file() + ": its output " + file
                        + " is also the file of all images; write the two formats in two runs with different --out"
                        + " folders"));
    }

    private Path path(int image) {
        return names.get(image).root().resolve(names.get(image).path());
    }

    /** Other images whose output would replace this one. */
    private Stream<String> overwritten(int image, Function<Integer, List<Path>> outputs) {
        Path input = images.get(image).file();
        return shorter(normal(input)).flatMap(other -> outputs.apply(other).stream()
                .filter(output -> normal(output).equals(normal(input)))
                .map(output -> images.get(other).file() + ": its output " + output
                        + " would overwrite an input; choose another folder with --out"));
    }

    /** Images of a shorter name that would write one of this one's outputs: {@code a} for {@code a.obj2}. */
    private Stream<String> twice(int image, Function<Integer, List<Path>> outputs) {
        return shorter(normal(path(image))).flatMap(other -> outputs.apply(other).stream()
                .filter(outputs.apply(image)::contains)
                .map(output -> images.get(other).file() + " and "
                        + images.get(image).file() + " would both write " + output
                        + "; segment them in two runs with different --out folders"));
    }

    /** The images whose names are that path up to one of its dots. */
    private Stream<Integer> shorter(Path path) {
        String name = String.valueOf(path.getFileName());
        return IntStream.range(1, name.length())
                .filter(i -> name.charAt(i) == '.')
                .mapToObj(i -> byName.get(path.resolveSibling(name.substring(0, i))))
                .filter(Objects::nonNull);
    }

    private static Path normal(Path path) {
        return path.toAbsolutePath().normalize();
    }
}
