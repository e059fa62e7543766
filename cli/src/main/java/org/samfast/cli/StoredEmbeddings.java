package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.samfast.embedding.EmbeddingException;
import org.samfast.embedding.EmbeddingFolder;
import org.samfast.embedding.StoredEmbedding;
import org.samfast.file.Sha256;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;

/** Reads images and, where {@code --embeddings} names a folder, what is stored of them there. */
final class StoredEmbeddings {
    private final @Nullable EmbeddingFolder folder;

    private StoredEmbeddings(@Nullable EmbeddingFolder folder) {
        this.folder = folder;
    }

    /**
     * Those of the session's model in a folder, for which the backend is opened.
     *
     * @param folder null for none
     */
    static StoredEmbeddings in(@Nullable Path folder, ModelSession session) throws IOException {
        return new StoredEmbeddings(
                folder == null ? null : EmbeddingFolder.forReading(folder, session.embeddingSource()));
    }

    /**
     * An image that is decoded.
     *
     * @param embedding null where it has to be encoded
     */
    record Image(RgbImage pixels, @Nullable StoredEmbedding embedding) {
        /** Bytes that the embedding takes. */
        long embeddingBytes() {
            return embedding == null ? 0 : (long) embedding.values().length * Float.BYTES;
        }
    }

    /** Reads the image and its embedding; for any thread. */
    Image read(Path file, long maxPixels) throws IOException {
        byte[] bytes = ImageReader.bytes(file);
        RgbImage pixels = ImageReader.decode(file, bytes, maxPixels);
        return new Image(pixels, folder == null ? null : find(folder, file, pixels, Sha256.of(bytes)));
    }

    private static @Nullable StoredEmbedding find(EmbeddingFolder folder, Path file, RgbImage pixels, String sha256)
            throws EmbeddingException {
        StoredEmbedding found = folder.find(sha256).orElse(null);
        if (found != null && !found.imageSize().equals(pixels.size())) {
            throw new EmbeddingException(
                    "%s: expected an embedding of %s pixels as %s has, got one of %s; delete it and run sam embed again"
                            .formatted(folder.file(sha256), pixels.size(), file, found.imageSize()));
        }
        return found;
    }
}
