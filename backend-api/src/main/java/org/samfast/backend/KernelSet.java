package org.samfast.backend;

import java.util.Locale;

/** Which of a backend's own kernels run, where it has several for one purpose; to compare them. */
public enum KernelSet {
    /** The fastest that the device can run. */
    BEST,
    /** Of the kernels for one architecture only the Linears; attention in its portable form. */
    LINEAR,
    /** Those that run on every supported device. */
    PORTABLE,
    /** The portable ones as the driver compiles them. */
    PTX;

    /** {@return how people, flags and files write it: {@code portable}} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
