package org.samfast.cuda.encoder;

import org.samfast.architecture.SamArchitecture;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.GlobalAttention;
import org.samfast.cuda.kernel.LayerNorm;
import org.samfast.cuda.kernel.Linear;
import org.samfast.cuda.kernel.NeckGather;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.kernel.WindowAttention;

/** The kernels of the image encoder, with its epsilon. */
final class EncoderKernels {
    private static final float EPSILON = 1e-6f;

    final WindowAttention windowAttention;
    final GlobalAttention globalAttention;
    final NeckGather neckGather;
    final Linear linear;
    private final LayerNorm layerNorm;

    EncoderKernels(Device device, SamArchitecture architecture, Element element) {
        linear = new Linear(device, element);
        layerNorm = new LayerNorm(device, element);
        windowAttention = new WindowAttention(device, element, architecture.heads(), architecture.headDim());
        globalAttention = new GlobalAttention(device, element, architecture.heads(), architecture.headDim());
        neckGather = new NeckGather(device, element);
    }

    void norm(Stream stream, DeviceBuffer in, NormWeights weights, DeviceBuffer out, int rows) {
        layerNorm.apply(stream, in, weights, out, rows, EPSILON, false);
    }
}
