package org.samfast.file;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, as lower-case hex. */
public final class Sha256 {
    private Sha256() {}

    /** Of those bytes. */
    public static String of(byte[] bytes) {
        return hex(begin().digest(bytes));
    }

    /** A digest of nothing yet. */
    public static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** What is digested. */
    public static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }
}
