package org.samfast.embedding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.samfast.file.AtomicFile;

/**
 * Embeddings in files, each found by what it was made of: {@code FOLDER/VARIANT-PRECISION-MODEL/IMAGE.safetensors}, where MODEL
 * begins the SHA-256 of the checkpoint and IMAGE is that of the image's file. So an image that is moved or renamed keeps its
 * embedding, one that is changed has none, and embeddings of several models lie side by side. The format is in
 * docs/formats.md.
 *
 * <pre>{@code
 * EmbeddingSource source = new EmbeddingSource("vit_b", checkpoint.sha256(), backend.info().precision(), "0.1.0");
 * EmbeddingFolder folder = EmbeddingFolder.forWriting(Path.of("embeddings"), source);
 * byte[] file = ImageReader.bytes(photo);
 * RgbImage image = ImageReader.decode(photo, file, ImageReader.DEFAULT_PIXEL_LIMIT);
 * try (ImageEmbedding made = segmenter.embed(image)) {
 *     folder.store(Sha256.of(file), StoredEmbedding.of(made));
 * }
 * try (ImageEmbedding again = segmenter.restore(folder.find(Sha256.of(file)).orElseThrow())) {
 *     Segmentation found = segmenter.predict(again, prompts, MaskChoice.AUTOMATIC);
 * }
 * }</pre>
 *
 * <p>Safe for use by many threads and processes.
 */
public final class EmbeddingFolder {
    private static final String ENDING = ".safetensors";

    private final Path folder;
    private final EmbeddingSource source;

    private EmbeddingFolder(Path folder, EmbeddingSource source) {
        this.folder = folder;
        this.source = source;
    }

    /**
     * {@return the embeddings of that source in a folder}
     *
     * @param root holds a folder for each source
     * @param source what made the embeddings
     * @throws EmbeddingException where it has none, but others or nothing at all
     */
    public static EmbeddingFolder forReading(Path root, EmbeddingSource source) throws IOException {
        Path folder = root.resolve(source.folderName());
        if (!Files.isDirectory(folder)) {
            throw none(root, source);
        }
        return new EmbeddingFolder(folder, source);
    }

    /**
     * {@return the embeddings of that source in a folder, made where missing; what killed processes left half-written
     * is deleted}
     *
     * @param root holds a folder for each source
     * @param source what makes the embeddings
     * @throws IOException where the folder cannot be made
     */
    public static EmbeddingFolder forWriting(Path root, EmbeddingSource source) throws IOException {
        Path folder = root.resolve(source.folderName());
        Files.createDirectories(folder);
        AtomicFile.deleteLeftBehind(folder);
        return new EmbeddingFolder(folder, source);
    }

    private static EmbeddingException none(Path root, EmbeddingSource source) throws IOException {
        List<String> others = Files.isDirectory(root) ? folders(root) : List.of();
        return new EmbeddingException(
                others.isEmpty()
                        ? root + ": expected a folder of embeddings, found none; make it: sam embed IMAGES --out "
                                + root
                        : "%s: expected embeddings of %s (variant, precision, weights), found those of %s; choose the model and precision of these, or make the others: sam embed IMAGES --out %s"
                                .formatted(root, source.folderName(), String.join(", ", others), root));
    }

    private static List<String> folders(Path root) throws IOException {
        try (Stream<Path> inside = Files.list(root)) {
            return inside.filter(Files::isDirectory)
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    /**
     * {@return the file of an image's embedding, there or not}
     *
     * @param imageSha256 of the image's file, lower-case hex
     */
    public Path file(String imageSha256) {
        return folder.resolve(imageSha256 + ENDING);
    }

    /**
     * {@return whether an image's embedding is there; the file is not looked into}
     *
     * @param imageSha256 of the image's file, lower-case hex
     */
    public boolean contains(String imageSha256) {
        return Files.exists(file(imageSha256));
    }

    /**
     * {@return an image's embedding; empty where none is stored}
     *
     * @param imageSha256 of the image's file, lower-case hex
     * @throws EmbeddingException where the file is damaged, or of another image, model or precision than its name says
     */
    public Optional<StoredEmbedding> find(String imageSha256) throws EmbeddingException {
        return contains(imageSha256)
                ? Optional.of(EmbeddingFile.read(file(imageSha256), source, imageSha256))
                : Optional.empty();
    }

    /**
     * Writes an image's embedding, whole or not at all, rounded to bfloat16; one that is there is replaced.
     *
     * @param imageSha256 of the image's file, lower-case hex
     * @param embedding of that image, made by the folder's source
     * @throws IOException where the file cannot be written; what was there is still there then
     */
    public void store(String imageSha256, StoredEmbedding embedding) throws IOException {
        EmbeddingFile.write(file(imageSha256), source, imageSha256, embedding);
    }
}
