package org.samfast.cli.resume;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.samfast.prompt.Prompt;

/** A SHA-256 over texts, numbers and prompts, each kept apart from the next. */
public final class Digest {
    private final MessageDigest sha256;

    public Digest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    public Digest add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        add(bytes.length);
        sha256.update(bytes);
        return this;
    }

    public Digest add(long number) {
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            sha256.update((byte) (number >>> shift));
        }
        return this;
    }

    public Digest add(List<Prompt> prompts) {
        add(prompts.size());
        for (Prompt prompt : prompts) {
            add(String.valueOf(prompt.points())).add(String.valueOf(prompt.box()));
            if (prompt.mask() != null) {
                for (float logit : prompt.mask().logits()) {
                    add(Float.floatToRawIntBits(logit));
                }
            }
        }
        return this;
    }

    /** Lower-case hex of all that was added. */
    public String hex() {
        return HexFormat.of().formatHex(sha256.digest());
    }
}
