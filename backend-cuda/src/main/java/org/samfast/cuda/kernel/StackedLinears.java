package org.samfast.cuda.kernel;

import org.samfast.cuda.device.DeviceBuffer;

/**
 * Linears of one shape that are launched together.
 *
 * @param weight row-major [parts][outputs][inputs]
 * @param bias [parts][outputs] fp32
 */
public record StackedLinears(DeviceBuffer weight, DeviceBuffer bias, int parts, int outputs, int inputs) {}
