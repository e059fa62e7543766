package org.samfast.cuda.device;

import java.util.Arrays;

/** What a launcher checks before it launches, because a kernel takes untyped pointers. */
public final class Check {
    private Check() {}

    /** The buffer holds at least that many elements; {@link DeviceBuffer#NONE} holds none. */
    public static void bytes(String name, DeviceBuffer buffer, Element element, long... dims) {
        bytes(name, buffer, element.bytes(), element.suffix(), dims);
    }

    /** The same for 32-bit integers. */
    public static void ints(String name, DeviceBuffer buffer, long... dims) {
        bytes(name, buffer, Integer.BYTES, "int32", dims);
    }

    /** The same for bytes. */
    public static void u8(String name, DeviceBuffer buffer, long... dims) {
        bytes(name, buffer, 1, "uint8", dims);
    }

    private static void bytes(String name, DeviceBuffer buffer, int elementBytes, String type, long... dims) {
        long needed = elementBytes;
        for (long dim : dims) {
            if (dim < 1) {
                throw new IllegalArgumentException(
                        name + ": expected positive dimensions, got " + Arrays.toString(dims));
            }
            needed = Math.multiplyExact(needed, dim);
        }
        if (buffer.bytes() < needed) {
            throw new IllegalArgumentException(name + ": expected " + needed + " bytes for " + type + " "
                    + Arrays.toString(dims) + ", got a buffer of " + buffer.bytes());
        }
    }
}
