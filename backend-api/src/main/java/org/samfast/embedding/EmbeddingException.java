package org.samfast.embedding;

import java.io.IOException;

/** A stored embedding that cannot be used. The message is one sentence for the user: which file, what is wrong, what to do. */
public final class EmbeddingException extends IOException {
    /**
     * A file that is not what it should be.
     *
     * @param message one sentence for the user
     */
    public EmbeddingException(String message) {
        super(message);
    }

    /**
     * The same where another error shows it.
     *
     * @param message one sentence for the user
     * @param cause that error
     */
    public EmbeddingException(String message, Throwable cause) {
        super(message, cause);
    }
}
