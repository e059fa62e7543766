package org.samfast.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.samfast.file.Sha256;

/**
 * The SHA-256 of a checkpoint's file. Hashing ViT-H takes seconds, so it is remembered in a folder under the file's identity: real
 * path, inode, size and time of last change.
 */
public final class RememberedHash {
    private static final int HEX_DIGITS = 64;

    private RememberedHash() {}

    /**
     * {@return the hash in lower-case hexadecimal digits}
     *
     * @param checkpoint whose file is hashed where its hash is not remembered
     * @param folder of remembered hashes, made where missing; one that cannot be written to is left as it is
     * @throws IOException where the checkpoint's file cannot be read
     */
    public static String of(Checkpoint checkpoint, Path folder) throws IOException {
        Path remembered = folder.resolve(Sha256.of(identity(checkpoint.file()).getBytes(StandardCharsets.UTF_8)));
        if (Files.isRegularFile(remembered)) {
            String hash = Files.readString(remembered);
            if (hash.length() == HEX_DIGITS) {
                return hash;
            }
        }
        String hash = checkpoint.sha256();
        remember(remembered, hash);
        return hash;
    }

    private static void remember(Path file, String hash) {
        try {
            Files.createDirectories(file.getParent());
            Path written = Files.createTempFile(file.getParent(), "hash", ".unfinished");
            try {
                Files.writeString(written, hash);
                Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(written);
            }
        } catch (IOException _) {
            // the next run hashes again
        }
    }

    private static String identity(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return file.toRealPath() + "\n" + attributes.fileKey() + "\n" + attributes.size() + "\n"
                + attributes.lastModifiedTime();
    }
}
