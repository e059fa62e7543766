package org.samfast.checkpoint;

import java.io.IOException;

/**
 * A checkpoint file that cannot be used. The message is one sentence for the user: which file, where in it, what was
 * expected, what was found and what to do.
 */
public final class CheckpointException extends IOException {
    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
