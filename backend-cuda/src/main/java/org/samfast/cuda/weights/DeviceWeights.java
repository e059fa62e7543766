package org.samfast.cuda.weights;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cuda.device.BufferSet;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.FoldedNorm;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.kernel.PackedForm;
import org.samfast.cuda.kernel.PackedWeights;
import org.samfast.cuda.kernel.RoundBfloat16;
import org.samfast.cuda.kernel.StackedLinears;
import org.samfast.packed.PackedLinear;
import org.samfast.tensor.Bfloat16;
import org.samfast.tensor.DType;
import org.samfast.tensor.Tensor;

/**
 * A checkpoint's tensors on the device: matrices in the element that the kernels compute with, vectors (biases, norms) in
 * fp32. Each call uploads; what a model needs is asked for once, when it is built.
 */
public final class DeviceWeights implements AutoCloseable {
    private final Device device;
    private final Stream stream;
    private final Checkpoint checkpoint;
    private final Element element;
    private final Map<String, PackedLinear> packed;
    private final RoundBfloat16 round;
    private final BufferSet buffers;

    /** @param asPacked whether packed Linears are asked for as they are; otherwise as their dense equivalents */
    public DeviceWeights(Device device, Stream stream, Checkpoint checkpoint, Element element, boolean asPacked) {
        this.device = device;
        buffers = new BufferSet(device);
        this.stream = stream;
        this.checkpoint = checkpoint;
        this.element = element;
        packed = asPacked ? checkpoint.packed() : Map.of();
        round = new RoundBfloat16(device);
    }

    /** A tensor as it lies in the checkpoint, in the element. */
    public DeviceBuffer matrix(String tensor) {
        return upload(tensor, checkpoint.tensor(tensor), element);
    }

    /** A block's table of relative positions, as {@link #matrix(String)}; {@link Device#isToGoWrong} doubles it. */
    public DeviceBuffer relativePositions(String tensor, int layer) {
        if (!device.isToGoWrong("rel_pos", layer)) {
            return matrix(tensor);
        }
        float[] doubled = floats(tensor);
        for (int i = 0; i < doubled.length; i++) {
            doubled[i] *= 2;
        }
        return matrix(tensor, doubled);
    }

    /** Values that were put in another order, in the element. */
    public DeviceBuffer matrix(String what, float[] values) {
        return upload(what, element == Element.BF16 ? rounded(values) : MemorySegment.ofArray(values));
    }

    /** A tensor as it lies in the checkpoint, in fp32. */
    public DeviceBuffer vector(String tensor) {
        return upload(tensor, checkpoint.tensor(tensor), Element.FP32);
    }

    /** Values of our own, in fp32. */
    public DeviceBuffer vector(String what, float[] values) {
        return upload(what, MemorySegment.ofArray(values));
    }

    /** Weight in the element, bias in fp32. */
    public LinearWeights linear(String module) {
        return linear(module, matrix(module + ".weight"));
    }

    /** Whether any Linear is packed. */
    public boolean hasPacked() {
        return !packed.isEmpty();
    }

    public boolean isPacked(String module) {
        return packed.containsKey(module + ".weight");
    }

    /** Whether that packed Linear computes in int8. */
    public boolean isInt8(String module) {
        return stored(module).isInt8();
    }

    /**
     * A packed Linear, its bias in fp32.
     *
     * @param inPairs for results in int8
     */
    public PackedWeights packed(String module, boolean inPairs) {
        PackedLinear stored = stored(module);
        boolean sparse = stored.isSparse() && PackedForm.paysSparse(device, stored.isInt8(), stored.columns());
        String name = module + ".weight";
        MemorySegment values = stored.isSparse() && !sparse
                ? stored.denseValues()
                : stored.values().data();
        return new PackedWeights(
                PackedForm.of(stored.isInt8(), sparse),
                upload(name, inPairs ? PackedWeights.inPairs(values, stored.rows()) : values),
                inPairs,
                sparse ? upload(name + PackedLinear.METADATA, stored.metadata()) : DeviceBuffer.NONE,
                upload(name + PackedLinear.SCALES, stored.scales()),
                stored.inputScales() == null
                        ? DeviceBuffer.NONE
                        : vector(
                                name + PackedLinear.INPUT_SCALES,
                                inverse(stored.inputScales().toFloats())),
                vector(module + ".bias"),
                stored.rows(),
                stored.columns());
    }

    private DeviceBuffer upload(String what, @Nullable Tensor part) {
        return part == null ? DeviceBuffer.NONE : upload(what, part.data());
    }

    private PackedLinear stored(String module) {
        return Objects.requireNonNull(packed.get(module + ".weight"), module);
    }

    /** The kernels multiply by what the format divides by. */
    private static float[] inverse(float[] scales) {
        float[] inverse = new float[scales.length];
        for (int i = 0; i < scales.length; i++) {
            inverse[i] = 1 / scales[i];
        }
        return inverse;
    }

    /** The same in fp32 throughout. */
    public LinearWeights exactLinear(String module) {
        return linear(module, vector(module + ".weight"));
    }

    /** Linears of one shape that are launched together, for the mask decoder's tokens; weights in the element, biases in fp32. */
    public StackedLinears stacked(String... modules) {
        return stacked(this::matrix, modules);
    }

    /** The same in fp32 throughout. */
    public StackedLinears stackedExact(String... modules) {
        return stacked(this::vector, modules);
    }

    private StackedLinears stacked(BiFunction<String, float[], DeviceBuffer> upload, String... modules) {
        long[] shape = checkpoint.tensor(modules[0] + ".weight").shape();
        return new StackedLinears(
                upload.apply(modules[0] + ".weight", oneAfterTheOther(".weight", modules)),
                vector(modules[0] + ".bias", oneAfterTheOther(".bias", modules)),
                modules.length,
                (int) shape[0],
                (int) shape[1]);
    }

    private float[] oneAfterTheOther(String tensor, String... modules) {
        float[][] parts = new float[modules.length][];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = floats(modules[i] + tensor);
        }
        float[] all = new float[parts.length * parts[0].length];
        for (int i = 0; i < parts.length; i++) {
            System.arraycopy(parts[i], 0, all, i * parts[0].length, parts[0].length);
        }
        return all;
    }

    private LinearWeights linear(String module, DeviceBuffer weight) {
        long[] shape = checkpoint.tensor(module + ".weight").shape();
        return new LinearWeights(weight, vector(module + ".bias"), (int) shape[0], (int) shape[1]);
    }

    public NormWeights norm(String module) {
        DeviceBuffer gamma = vector(module + ".weight");
        return new NormWeights(gamma, vector(module + ".bias"), (int)
                checkpoint.tensor(module + ".weight").elements());
    }

    /** Folds a norm into the Linear after it, whose weight changes; what the kernel needs beside that weight. */
    public DeviceBuffer fold(FoldedNorm kernel, NormWeights norm, LinearWeights linear) {
        DeviceBuffer folded = buffers.allocate("folded norm", FoldedNorm.foldedBytes(linear.outputs()));
        kernel.fold(stream, norm, linear, folded);
        return folded;
    }

    /** Host values of a tensor, to be put in another order. */
    public float[] floats(String tensor) {
        return checkpoint.tensor(tensor).toFloats();
    }

    private DeviceBuffer upload(String what, Tensor tensor, Element to) {
        DType same = to == Element.BF16 ? DType.BF16 : DType.F32;
        if (tensor.dtype() == same && tensor.isContiguous()) {
            return upload(what, tensor.data());
        }
        if (to == Element.BF16 && tensor.dtype() == DType.F32 && tensor.isContiguous()) {
            return uploadRounded(what, tensor);
        }
        float[] values = tensor.toFloats();
        return upload(what, to == Element.BF16 ? rounded(values) : MemorySegment.ofArray(values));
    }

    /** Straight from the mapped file: the GPU rounds far faster than the host. */
    private DeviceBuffer uploadRounded(String what, Tensor tensor) {
        DeviceBuffer buffer = buffers.allocate(what, tensor.elements() * Element.BF16.bytes());
        try (DeviceBuffer wide = device.allocate(what, tensor.data().byteSize())) {
            wide.upload(stream, tensor.data());
            round.launch(stream, wide, buffer, tensor.elements());
            stream.synchronize();
        }
        return buffer;
    }

    private static MemorySegment rounded(float[] values) {
        return MemorySegment.ofArray(Bfloat16.round(values));
    }

    private DeviceBuffer upload(String what, MemorySegment values) {
        DeviceBuffer buffer = buffers.allocate(what, values.byteSize());
        buffer.upload(stream, values);
        return buffer;
    }

    @Override
    public void close() {
        buffers.close();
    }
}
