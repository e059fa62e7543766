package org.samfast.cuda.encoder;

import org.samfast.cuda.device.Device;
import org.samfast.cuda.kernel.Int8LayerNorm;
import org.samfast.cuda.kernel.PackedLinear;
import org.samfast.cuda.kernel.Quantize;

/** The kernels for packed Linears and for what those in int8 get as inputs. */
record PackedKernels(PackedLinear linear, Int8LayerNorm int8Norm, Quantize quantize) {
    PackedKernels(Device device) {
        this(new PackedLinear(device), new Int8LayerNorm(device), new Quantize(device));
    }
}
