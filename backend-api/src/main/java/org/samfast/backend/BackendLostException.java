package org.samfast.backend;

/** A backend that failed for good, such as a GPU that takes no more calls: nothing can be computed with it again. */
public final class BackendLostException extends BackendException {
    /** Which call the backend was lost in. */
    private final Call by;

    /** Which call the backend was lost in. */
    public enum Call {
        /** The one that throws this: what it was given may be why. */
        THIS,
        /** One before or beside it: what this one was given is not to blame. */
        ANOTHER
    }

    /**
     * A loss, told by this call or by one that came after it.
     *
     * @param message one sentence for the user
     * @param cause the device's error
     * @param by which call the backend was lost in
     */
    public BackendLostException(String message, Throwable cause, Call by) {
        super(message, cause);
        this.by = by;
    }

    /** {@return which call the backend was lost in} */
    public Call by() {
        return by;
    }
}
