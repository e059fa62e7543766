package org.samfast.backend;

/** A backend that cannot be opened or that failed; the message is one sentence for the user. */
public class BackendException extends RuntimeException {
    public BackendException(String message) {
        super(message);
    }

    public BackendException(String message, Throwable cause) {
        super(message, cause);
    }
}
