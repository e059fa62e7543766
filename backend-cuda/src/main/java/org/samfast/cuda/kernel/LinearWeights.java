package org.samfast.cuda.kernel;

import org.samfast.cuda.device.DeviceBuffer;

/**
 * A Linear on the device.
 *
 * @param weight row-major [outputs][inputs]
 * @param bias [outputs] fp32, or {@link DeviceBuffer#NONE}
 */
public record LinearWeights(DeviceBuffer weight, DeviceBuffer bias, int outputs, int inputs) {}
