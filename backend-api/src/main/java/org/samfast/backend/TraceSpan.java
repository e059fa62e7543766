package org.samfast.backend;

import java.util.Locale;
import java.util.Map;

/**
 * What took a stretch of time, and which.
 *
 * @param kind what it is a span of
 * @param name such as {@code resize}, or a kernel's
 * @param startNanos by {@link System#nanoTime}
 * @param endNanos not before the start
 * @param details more about it, numbers and strings in the order in which they are to be read
 */
public record TraceSpan(Kind kind, String name, long startNanos, long endNanos, Map<String, Object> details) {
    /** IllegalArgumentException where the end is before the start. */
    public TraceSpan {
        if (endNanos < startNanos) {
            throw new IllegalArgumentException("span of " + name + ": expected an end not before the start, got "
                    + (endNanos - startNanos) + " ns");
        }
    }

    /** Whose time it is: the host's or the device's, which may do several things at once. */
    public enum Kind {
        /** A step that a thread of the host takes. */
        STAGE,
        /** Kernels and copies that the device does in one go. */
        SEQUENCE,
        /** Of a kernel on the device. */
        KERNEL,
        /** Of memory from, to or on the device. */
        COPY;

        /** {@return whether the device did it, not the host} */
        public boolean isOnDevice() {
            return this != STAGE;
        }

        /** {@return {@code kernel}} */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * {@return a step of the host's that began then and ends now}
     *
     * @param name of the step
     * @param startNanos by {@link System#nanoTime}
     */
    public static TraceSpan stage(String name, long startNanos) {
        return new TraceSpan(Kind.STAGE, name, startNanos, System.nanoTime(), Map.of());
    }

    /**
     * {@return a detail that is a number; 0 where it is not told}
     *
     * @param detail its name
     */
    public double number(String detail) {
        return details.get(detail) instanceof Number number ? number.doubleValue() : 0;
    }

    /** {@return how long it took, in milliseconds} */
    public double millis() {
        return (endNanos - startNanos) / 1e6;
    }
}
