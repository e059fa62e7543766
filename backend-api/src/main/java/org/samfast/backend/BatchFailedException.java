package org.samfast.backend;

/** What was asked for is lost, but the backend can go on with the next: a GPU that had to be opened anew, say. */
public final class BatchFailedException extends BackendException {
    private static final long serialVersionUID = 1;

    public BatchFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
