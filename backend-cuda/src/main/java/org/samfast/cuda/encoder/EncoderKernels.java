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
import org.samfast.cuda.kernel.WindowAttention;
import org.samfast.cuda.weights.LinearWeights;
import org.samfast.cuda.weights.NormWeights;

/** The kernels of the image encoder, with its epsilon. */
final class EncoderKernels {
    private static final float EPSILON = 1e-6f;

    final WindowAttention windowAttention;
    final GlobalAttention globalAttention;
    final NeckGather neckGather;
    private final Linear linear;
    private final LayerNorm layerNorm;

    EncoderKernels(Device device, SamArchitecture architecture, Element element) {
        linear = new Linear(device, element);
        layerNorm = new LayerNorm(device, element);
        windowAttention = new WindowAttention(device, element, architecture.heads(), architecture.headDim());
        globalAttention = new GlobalAttention(device, element, architecture.heads(), architecture.headDim());
        neckGather = new NeckGather(device, element);
    }

    void linear(
            Stream stream,
            DeviceBuffer in,
            LinearWeights weights,
            Linear.Activation activation,
            DeviceBuffer out,
            int rows) {
        linear.launch(
                stream,
                in,
                weights.weight(),
                weights.bias(),
                DeviceBuffer.NONE,
                rows,
                out,
                rows,
                weights.outputs(),
                weights.inputs(),
                activation);
    }

    /** {@code out = linear(in) + residual}, the residual repeated every {@code residualRows} rows. */
    void linearPlus(
            Stream stream,
            DeviceBuffer in,
            LinearWeights weights,
            DeviceBuffer residual,
            int residualRows,
            DeviceBuffer out,
            int rows) {
        linear.launch(
                stream,
                in,
                weights.weight(),
                weights.bias(),
                residual,
                residualRows,
                out,
                rows,
                weights.outputs(),
                weights.inputs(),
                Linear.Activation.NONE);
    }

    void norm(Stream stream, DeviceBuffer in, NormWeights weights, DeviceBuffer out, int rows) {
        layerNorm.launch(stream, in, weights.gamma(), weights.beta(), out, rows, weights.channels(), EPSILON, false);
    }
}
