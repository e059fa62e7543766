package org.samfast.backend;

/** A backend that cannot be opened or that failed; the message is one sentence for the user. */
public class BackendException extends RuntimeException {
    /**
     * A failure that nothing else caused.
     *
     * @param message one sentence for the user
     */
    public BackendException(String message) {
        super(message);
    }

    /**
     * A failure with its cause.
     *
     * @param message one sentence for the user
     * @param cause what went wrong below
     */
    public BackendException(String message, Throwable cause) {
        super(message, cause);
    }
}
