package org.samfast.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, as lower-case hex. */
public final class Sha256 {
    private Sha256() {}

    /**
     * {@return the digest of those bytes}
     *
     * @param bytes to digest
     */
    public static String of(byte[] bytes) {
        return hex(begin().digest(bytes));
    }

    /**
     * {@return the digest of what is in the file}
     *
     * @param file of any size
     * @throws IOException where it cannot be read
     */
    public static String of(Path file) throws IOException {
        MessageDigest digest = begin();
        byte[] buffer = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return hex(digest.digest());
    }

    /** {@return a digest of nothing yet} */
    public static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * {@return them as lower-case hex}
     *
     * @param digest its bytes
     */
    public static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }
}
