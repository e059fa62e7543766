package org.samfast.backend;

/** A backend that failed for good, such as a GPU that takes no more calls: nothing can be computed with it again. */
public final class BackendLostException extends BackendException {
    private final Call by;

    /** Which call the backend was lost in. */
    public enum Call {
        /** The one that throws this: what it was given may be why. */
        THIS,
        /** One before or beside it: what this one was given is not to blame. */
        ANOTHER
    }

    /** For the call that lost the backend. */
    public BackendLostException(String message, Throwable cause) {
        this(message, cause, Call.THIS);
    }

    public BackendLostException(String message, Throwable cause, Call by) {
        super(message, cause);
        this.by = by;
    }

    /** Which call the backend was lost in. */
    public Call by() {
        return by;
    }
}
