package org.samfast.embedding;

import java.io.IOException;

/** A stored embedding that cannot be used. The message is one sentence for the user: which file, what is wrong, what to do. */
public final class EmbeddingException extends IOException {
    public EmbeddingException(String message) {
        super(message);
    }

    public EmbeddingException(String message, Throwable cause) {
        super(message, cause);
    }
}
