package org.samfast.backend;

/** Takes what is traced. */
@FunctionalInterface
public interface TraceRecorder {
    /** For runs that nobody traces. */
    TraceRecorder NONE = span -> {};

    /**
     * One more span, by the thread whose work it was; those of a device in the order in which they began.
     *
     * @param span that has ended
     */
    void add(TraceSpan span);
}
