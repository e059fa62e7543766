package org.samfast.backend;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What a backend computes in; what a checkpoint stores is a different thing. The packed ones are about the image encoder's
 * Linears, and need a checkpoint that stores them: see docs/weights-format.md.
 */
public enum Precision {
    /** IEEE 754 in 32 bits. */
    FP32,
    /** IEEE 754 in 16 bits. */
    FP16,
    /** The upper half of a float32. */
    BF16,
    /** Integers of 8 bits with exact sums. */
    INT8,
    /** bf16 weights, of which two of every four are kept. */
    BF16_SPARSE24,
    /** Both. */
    INT8_SPARSE24;

    /** {@return how people, flags and files write it: {@code fp32}, {@code bf16-sparse24}} */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * {@return the precision that is written so; empty where there is none}
     *
     * @param label {@code fp32}
     */
    public static Optional<Precision> labelled(String label) {
        return Arrays.stream(values())
                .filter(precision -> precision.label().equals(label))
                .findFirst();
    }

    /** {@return whether its Linears are 2:4 sparse} */
    public boolean isSparse() {
        return this == BF16_SPARSE24 || this == INT8_SPARSE24;
    }

    /** {@return whether it is one of packed Linears} */
    public boolean isPacked() {
        return compareTo(BF16) > 0;
    }
}
