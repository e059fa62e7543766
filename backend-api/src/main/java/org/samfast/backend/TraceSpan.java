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
        KERNEL,
        /** Of memory from, to or on the device. */
        COPY;

        public boolean isOnDevice() {
            return this != STAGE;
        }

        /** {@code kernel}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A step of the host's that began then and ends now. */
    public static TraceSpan stage(String name, long startNanos) {
        return new TraceSpan(Kind.STAGE, name, startNanos, System.nanoTime(), Map.of());
    }

    /** A detail that is a number; 0 where it is not told. */
    public double number(String detail) {
        return details.get(detail) instanceof Number number ? number.doubleValue() : 0;
    }

    public double millis() {
        return (endNanos - startNanos) / 1e6;
    }
}
