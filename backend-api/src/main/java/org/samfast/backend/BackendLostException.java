package org.samfast.backend;

/** A backend that failed for good, such as a GPU that takes no more calls: nothing can be computed with it again. */
public final class BackendLostException extends BackendException {
    public BackendLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
