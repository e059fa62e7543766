package org.samfast.tensor;

/** bfloat16: the upper half of a float32, so 8 bits of exponent and 7 of fraction. */
public final class Bfloat16 {
    private Bfloat16() {}

    /**
     * Rounds to the nearest bfloat16, ties to even; a NaN stays one.
     *
     * @param value float32
     * @return its 16 bits
     */
    public static short round(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    /**
     * {@return the same value as float32, exactly}
     *
     * @param value 16 bits
     */
    public static float widen(short value) {
        return Float.intBitsToFloat(value << 16);
    }

    /**
     * {@return every value rounded}
     *
     * @param values float32
     */
    public static short[] round(float[] values) {
        short[] rounded = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = round(values[i]);
        }
        return rounded;
    }
}
