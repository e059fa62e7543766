package org.samfast.backend;

/**
 * Memory that a backend holds under one name.
 *
 * @param place where it is
 * @param what names it for people: {@code qkv}
 * @param bytes how much
 */
public record MemoryUse(Place place, String what, long bytes) {
    /** Where it is. */
    public enum Place {
        /** The device's own. */
        DEVICE,
        /** The host's, locked in its place so that the device copies from and to it by itself. */
        PINNED
    }
}
