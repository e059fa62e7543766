package org.samfast.cuda.kernel;

import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;

/**
 * Where rows of values lie: row r of part p from {@code p * part + r * stride} on.
 *
 * @param stride elements from a row to the next
 * @param part elements from a part to the next
 */
public record TokenRows(DeviceBuffer buffer, int stride, int part) {
    void check(String name, Element element, int parts, int rows, int width) {
        Check.bytes(name, buffer, element, (parts - 1L) * part + (rows - 1L) * stride + width);
    }

    /** The same rows of another buffer. */
    TokenRows in(DeviceBuffer other) {
        return new TokenRows(other, stride, part);
    }
}
