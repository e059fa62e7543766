package org.samfast.cuda.kernel;

import org.samfast.cuda.device.DeviceBuffer;

/** A LayerNorm on the device: scale and shift, each [channels] fp32. */
public record NormWeights(DeviceBuffer gamma, DeviceBuffer beta, int channels) {}
