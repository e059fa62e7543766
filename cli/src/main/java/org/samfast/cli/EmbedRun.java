package org.samfast.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.SamBackend;
import org.samfast.cli.output.JsonText;
import org.samfast.cli.output.OutputFile;
import org.samfast.cli.output.ResultJson;
import org.samfast.cli.pipeline.Work;
import org.samfast.embedding.EmbeddingFolder;
import org.samfast.embedding.StoredEmbedding;
import org.samfast.file.Sha256;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;

/** What {@code sam embed} does with each image: read, encode, store, say so; nothing where its embedding is there. */
final class EmbedRun implements Work<Path, EmbedRun.Read, EmbedRun.Encoded> {
    private final SamBackend backend;
    private final EmbeddingFolder folder;
    private final long maxPixels;
    private final boolean json;

    EmbedRun(SamBackend backend, EmbeddingFolder folder, long maxPixels, boolean json) {
        this.backend = backend;
        this.folder = folder;
        this.maxPixels = maxPixels;
        this.json = json;
    }

    /**
     * An image's file.
     *
     * @param pixels null where its embedding is there
     */
    record Read(Path file, String sha256, @Nullable RgbImage pixels) {}

    /** With the embedding that is to be stored; null where it is there. */
    record Encoded(Read read, @Nullable StoredEmbedding embedding) {}

    @Override
    public String name(Path file) {
        return file.toString();
    }

    @Override
    public Read read(Path file) throws IOException {
        byte[] bytes = ImageReader.bytes(file);
        String sha256 = Sha256.of(bytes);
        return new Read(file, sha256, folder.contains(sha256) ? null : ImageReader.decode(file, bytes, maxPixels));
    }

    @Override
    public long bytes(Read read) {
        return read.pixels == null ? 0 : 3 * read.pixels.size().area() + (long) ImageEmbedding.VALUES * Float.BYTES;
    }

    @Override
    public List<Encoded> compute(List<Read> batch) {
        List<RgbImage> images =
                batch.stream().map(Read::pixels).filter(Objects::nonNull).toList();
        Iterator<StoredEmbedding> embeddings = embed(images).iterator();
        List<Encoded> encoded = new ArrayList<>();
        for (Read read : batch) {
            encoded.add(new Encoded(read, read.pixels == null ? null : embeddings.next()));
        }
        return encoded;
    }

    private List<StoredEmbedding> embed(List<RgbImage> images) {
        if (images.isEmpty()) {
            return List.of();
        }
        List<ImageEmbedding> embeddings = backend.embed(images);
        try {
            return embeddings.stream().map(StoredEmbedding::of).toList();
        } finally {
            embeddings.forEach(ImageEmbedding::close);
        }
    }

    @Override
    public InOrder write(Encoded encoded) throws IOException {
        Read read = encoded.read;
        Path file = folder.file(read.sha256);
        StoredEmbedding embedding = encoded.embedding;
        if (embedding != null) {
            OutputFile.writing(file, () -> {
                folder.store(read.sha256, embedding);
                return file;
            });
        }
        List<String> lines = List.of(line(read.file, file, embedding == null));
        return () -> lines;
    }

    private String line(Path image, Path file, boolean wasThere) throws IOException {
        return json
                ? JsonText.line(line -> write(line, image, file, wasThere))
                : image + "  " + file + (wasThere ? "  was there" : "");
    }

    private static void write(JsonGenerator json, Path image, Path file, boolean wasThere) throws IOException {
        json.writeStartObject();
        json.writeStringField("image", image.toString());
        json.writeStringField("embedding", file.toString());
        json.writeBooleanField("was_there", wasThere);
        json.writeEndObject();
    }

    @Override
    public String goesOn() {
        return "the same command goes on";
    }

    @Override
    public List<String> failed(Path file, String error) throws IOException {
        return json ? List.of(JsonText.line(line -> ResultJson.writeError(line, file, error))) : List.of();
    }
}
