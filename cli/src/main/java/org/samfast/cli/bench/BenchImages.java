package org.samfast.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.samfast.cli.output.OutputFile;
import org.samfast.cli.output.PngWriter;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;

/** The images of a benchmark, in memory and as files, and a folder for masks; gone when closed. */
public final class BenchImages implements AutoCloseable {
    private static final int SYNTHETIC_IMAGES = 8;

    private final List<RgbImage> images;
    private final List<Path> files;
    private final Path folder;

    private BenchImages(List<RgbImage> images, List<Path> files, Path folder) {
        this.images = images;
        this.files = files;
        this.folder = folder;
    }

    /** Those photos, or made-up images where there are none. */
    public static BenchImages of(List<Path> photos) throws IOException {
        List<RgbImage> images = new ArrayList<>();
        for (Path photo : photos) {
            images.add(ImageReader.read(photo, ImageReader.DEFAULT_PIXEL_LIMIT));
        }
        Path folder = Files.createTempDirectory("sam-bench");
        return photos.isEmpty() ? synthetic(folder) : new BenchImages(images, photos, folder);
    }

    private static BenchImages synthetic(Path folder) throws IOException {
        List<RgbImage> images = SyntheticImages.first(SYNTHETIC_IMAGES);
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            RgbImage image = images.get(i);
            files.add(folder.resolve(i + ".png"));
            OutputFile.write(files.getLast(), out -> PngWriter.write(out, image));
        }
        return new BenchImages(images, files, folder);
    }

    public List<RgbImage> images() {
        return images;
    }

    /** So many of them, taken in turn. */
    List<RgbImage> batch(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> images.get(i % images.size()))
                .toList();
    }

    List<Path> files(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> files.get(i % files.size()))
                .toList();
    }

    /** Where masks are written. */
    Path folder() {
        return folder;
    }

    /** {@code 640x480, 800x534}. */
    String sizes() {
        return images.stream()
                .map(image -> image.size().toString())
                .distinct()
                .limit(3)
                .collect(Collectors.joining(", "));
    }

    @Override
    public void close() throws IOException {
        List<Path> left;
        try (Stream<Path> listing = Files.list(folder)) {
            left = listing.toList();
        }
        for (Path file : left) {
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(folder);
    }
}
