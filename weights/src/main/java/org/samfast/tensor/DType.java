package org.samfast.tensor;

import java.util.Arrays;
import java.util.Optional;

/** Element types of the tensors in a checkpoint, with their size in bytes. */
public enum DType {
    /** IEEE 754, 64 bits. */
    F64(8),
    /** IEEE 754, 32 bits. */
    F32(4),
    /** IEEE 754, 16 bits. */
    F16(2),
    /** The upper half of an F32: {@link Bfloat16}. */
    BF16(2),
    /** Two's complement, 64 bits. */
    I64(8),
    /** Two's complement, 32 bits. */
    I32(4),
    /** Two's complement, 16 bits. */
    I16(2),
    /** Two's complement, 8 bits. */
    I8(1),
    /** No sign, 8 bits. */
    U8(1),
    /** A byte, 0 or 1. */
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** {@return size of one element in bytes} */
    public int bytes() {
        return bytes;
    }

    /**
     * {@return the type of that name as .safetensors spells it, which is how it is spelled here; empty where there is
     * none}
     *
     * @param name {@code BF16}
     */
    public static Optional<DType> named(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    /** {@return whether values of this type are floating point, as every tensor of SAM is} */
    public boolean isFloat() {
        return this == F64 || this == F32 || this == F16 || this == BF16;
    }
}
