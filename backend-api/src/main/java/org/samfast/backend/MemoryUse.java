package org.samfast.backend;

/**
 * Memory that a backend holds under one name.
 *
 * @param what names it for people: {@code qkv}
 */
public record MemoryUse(Place place, String what, long bytes) {
    /** Where it is. */
    public enum Place {
        DEVICE,
        /** The host's, locked in its place so that the device copies from and to it by itself. */
        PINNED
    }
}
