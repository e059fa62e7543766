package org.samfast.embedding;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.samfast.architecture.SamArchitecture;
import org.samfast.checkpoint.CheckpointException;
import org.samfast.checkpoint.SafetensorsWriter;
import org.samfast.checkpoint.TensorFile;
import org.samfast.file.Sha256;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;
import org.samfast.tensor.Bfloat16;
import org.samfast.tensor.DType;
import org.samfast.tensor.Tensor;

/** One embedding as a safetensors file: {@code image_embedding} BF16 [1,256,64,64], and of what it was made as metadata. */
final class EmbeddingFile {
    private static final String TENSOR = "image_embedding";
    private static final long[] SHAPE = {
        1, SamArchitecture.EMBEDDING_CHANNELS, SamArchitecture.GRID, SamArchitecture.GRID
    };
    private static final String FORMAT = "1";
    private static final String IMAGE_SIZE = "sam.image_size";
    private static final String VALUES = "sam.values_sha256";
    private static final ValueLayout.OfShort LITTLE =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private EmbeddingFile() {}

    static void write(Path file, EmbeddingSource source, String imageSha256, StoredEmbedding embedding)
            throws IOException {
        byte[] values = bytes(embedding.values());
        Size size = embedding.imageSize();
        Map<String, String> metadata = new LinkedHashMap<>(identity(source, imageSha256));
        metadata.put(IMAGE_SIZE, text(size));
        metadata.put("sam.encoder_size", text(ResizeLongestSide.of(size).resized()));
        metadata.put(VALUES, Sha256.of(values));
        metadata.put("sam.version", source.version());
        SafetensorsWriter.write(
                file,
                metadata,
                List.of(SafetensorsWriter.Entry.littleEndian(
                        TENSOR, DType.BF16, SHAPE, MemorySegment.ofArray(values))));
    }

    /** What has to be the same for an embedding to be used. */
    private static Map<String, String> identity(EmbeddingSource source, String imageSha256) {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("sam.embedding", FORMAT);
        identity.put("sam.variant", source.variant());
        identity.put("sam.precision", source.precision().label());
        identity.put("sam.model_sha256", source.modelSha256());
        identity.put("sam.image_sha256", imageSha256);
        return identity;
    }

    private static byte[] bytes(float[] values) {
        byte[] bytes = new byte[values.length * Short.BYTES];
        MemorySegment halves = MemorySegment.ofArray(bytes);
        for (int i = 0; i < values.length; i++) {
            halves.setAtIndex(LITTLE, i, Bfloat16.round(values[i]));
        }
        return bytes;
    }

    private static String text(Size size) {
        return size.width() + "x" + size.height();
    }

    static StoredEmbedding read(Path file, EmbeddingSource source, String imageSha256) throws EmbeddingException {
        try (TensorFile stored = TensorFile.open(file)) {
            checkIdentity(file, stored.metadata(), identity(source, imageSha256));
            Tensor tensor = stored.tensor(TENSOR);
            checkValues(file, tensor, stored.metadata());
            return new StoredEmbedding(size(file, stored.metadata()), tensor.toFloats());
        } catch (CheckpointException e) {
            throw new EmbeddingException(e.getMessage() + "; delete this file and run sam embed again", e);
        }
    }

    private static void checkIdentity(Path file, Map<String, String> got, Map<String, String> expected)
            throws EmbeddingException {
        for (Map.Entry<String, String> field : expected.entrySet()) {
            if (!field.getValue().equals(got.get(field.getKey()))) {
                throw wrong(file, field.getKey() + " " + field.getValue(), text(got, field.getKey()));
            }
        }
    }

    private static void checkValues(Path file, Tensor tensor, Map<String, String> metadata) throws EmbeddingException {
        if (tensor.dtype() != DType.BF16 || !Arrays.equals(tensor.shape(), SHAPE) || !tensor.isContiguous()) {
            throw wrong(file, TENSOR + " BF16 " + Arrays.toString(SHAPE), tensor.toString());
        }
        String found = Sha256.of(tensor.data().toArray(ValueLayout.JAVA_BYTE));
        if (!found.equals(metadata.get(VALUES))) {
            throw wrong(file, "values of the SHA-256 " + text(metadata, VALUES), found);
        }
    }

    private static Size size(Path file, Map<String, String> metadata) throws EmbeddingException {
        String text = text(metadata, IMAGE_SIZE);
        if (!text.matches("[1-9]\\d{0,8}x[1-9]\\d{0,8}")) {
            throw wrong(file, IMAGE_SIZE + " WIDTHxHEIGHT", text);
        }
        String[] sides = text.split("x");
        return new Size(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
    }

    private static String text(Map<String, String> metadata, String field) {
        return Objects.requireNonNullElse(metadata.get(field), "nothing");
    }

    private static EmbeddingException wrong(Path file, String expected, String got) {
        return new EmbeddingException(file + ": expected " + expected + ", got " + got
                + "; this is not the embedding that its name says: delete this file and run sam embed again");
    }
}
