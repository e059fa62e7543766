package org.samfast.backend;

/** How a backend meets a wish for a precision. */
public enum Support {
    /** Computed as asked. */
    NATIVE,
    /** Computed in a wider type, and said so. */
    WIDENED,
    /** Not possible. */
    REFUSED
}
