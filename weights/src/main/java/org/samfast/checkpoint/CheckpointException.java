package org.samfast.checkpoint;

import java.io.IOException;

/**
 * A checkpoint file that cannot be used. The message is one sentence for the user: which file, where in it, what was
 * expected, what was found and what to do.
 */
public final class CheckpointException extends IOException {
    /**
     * A file that is not what it should be.
     *
     * @param message one sentence for the user
     */
    public CheckpointException(String message) {
        super(message);
    }

    /**
     * The same where another error shows it.
     *
     * @param message one sentence for the user
     * @param cause that error
     */
    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
