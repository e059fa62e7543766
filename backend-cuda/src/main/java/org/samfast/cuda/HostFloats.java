package org.samfast.cuda;

import java.lang.foreign.MemorySegment;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Stream;
import org.samfast.tensor.Bfloat16;

/** Values on the device, from and to floats on the host. */
final class HostFloats {
    private HostFloats() {}

    /** The first {@code count} elements of a buffer, exactly. */
    static float[] of(Stream stream, DeviceBuffer buffer, Element element, int count) {
        float[] values = new float[count];
        if (element == Element.FP32) {
            buffer.download(stream, MemorySegment.ofArray(values));
            return values;
        }
        short[] halves = new short[count];
        buffer.download(stream, MemorySegment.ofArray(halves));
        for (int i = 0; i < count; i++) {
            values[i] = Bfloat16.widen(halves[i]);
        }
        return values;
    }

    /** Fills the start of a buffer with the values, rounded to its elements. */
    static void to(Stream stream, DeviceBuffer buffer, Element element, float[] values) {
        buffer.upload(
                stream,
                element == Element.FP32
                        ? MemorySegment.ofArray(values)
                        : MemorySegment.ofArray(Bfloat16.round(values)));
    }
}
