package org.samfast.cli.resume;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.samfast.file.Sha256;
import org.samfast.prompt.Prompt;

/** A SHA-256 over texts, numbers and prompts, each kept apart from the next. */
public final class Digest {
    private final MessageDigest sha256 = Sha256.begin();

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
        return Sha256.hex(sha256.digest());
    }
}
