package org.samfast.backend;

import java.util.Locale;

/** What a backend computes in; what a checkpoint stores is a different thing. */
public enum Precision {
    FP32,
    FP16,
    BF16;

    /** How people, flags and files write it: {@code fp32}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
