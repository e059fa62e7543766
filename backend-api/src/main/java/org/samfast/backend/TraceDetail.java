package org.samfast.backend;

/** How closely a device is watched in {@link SamBackend#traced}. */
public enum TraceDetail {
    /** It works as ever; what it does in one go is one span. */
    SEQUENCES,
    /** Every kernel is started by itself and timed by itself, which takes longer than as ever. */
    KERNELS
}
