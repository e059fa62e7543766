package org.samfast.onnx.graph;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.samfast.packed.PackedLinear;
import org.samfast.tensor.Tensor;

/**
 * A Linear on rows [m, in] in int8, without its bias: inputs are divided by their scales and rounded, ties to even; sums
 * are exact in int32; what comes out is float32. A row's scale is its largest magnitude over 127, unless the file has
 * constants: inputs beyond those saturate at -128 and 127.
 *
 * <p>Inputs travel as bytes without sign, 128 for zero, and weights with sign: of the four pairs of types the only one
 * with fast products on x86. They are exact where the CPU has VNNI; ONNX Runtime's products for older ones saturate.
 */
final class Int8Linear {
    private static final int ZERO = 128;
    private static final float LARGEST = 127;

    /** Rows whose largest magnitude is smaller become zeros, as on CUDA (common/int8.cuh). */
    private static final float SMALLEST_SCALED = 1e-30f;

    /** Columns transposed at once: their bytes share cache lines. */
    private static final int BLOCK = 64;

    /** @param tokenScales [m, 1]; null where the constants of the file are part of the weights */
    private record Rounded(String values, @Nullable String tokenScales) {}

    private final GraphBuilder graph;
    private final String weight;
    private final PackedLinear packed;

    /** @param weight its official name */
    Int8Linear(GraphBuilder graph, String weight, PackedLinear packed) {
        this.graph = graph;
        this.weight = weight;
        this.packed = packed;
    }

    /** The outputs in as many equal parts as there are names, each [m, out / parts]. */
    List<String> apply(String rows, String... parts) {
        Tensor constants = packed.inputScales();
        Rounded in = constants == null ? byToken(rows) : byConstants(rows, constants);
        List<String> outputs = new ArrayList<>();
        int count = packed.rows() / parts.length;
        for (int i = 0; i < parts.length; i++) {
            outputs.add(product(in, weight + parts[i], i * count, count));
        }
        return outputs;
    }

    /** Two reductions take less than one after Abs, which would write what it reads. */
    private Rounded byToken(String rows) {
        String highest = graph.op("ReduceMax", rows, graph.integers(1));
        String lowest = graph.op("Neg", graph.op("ReduceMin", rows, graph.integers(1)));
        String largest = graph.op("Max", highest, lowest, graph.scalar(SMALLEST_SCALED));
        String scales = graph.op("Div", largest, graph.scalar(LARGEST));
        String flat = graph.reshape(scales, -1);
        String zeros = graph.op("Expand", graph.unsignedByte(ZERO), graph.op("Shape", flat));
        return new Rounded(graph.op("QuantizeLinear", Map.of("axis", 0L), rows, flat, zeros), scales);
    }

    private Rounded byConstants(String rows, Tensor constants) {
        String scales = graph.constant(weight + PackedLinear.INPUT_SCALES, constants.toFloats(), packed.columns());
        String divided = graph.op("Div", rows, scales);
        return new Rounded(graph.op("QuantizeLinear", divided, graph.scalar(1), graph.unsignedByte(ZERO)), null);
    }

    private String product(Rounded in, String name, int first, int count) {
        String values = name + PackedLinear.VALUES;
        long[] shape = {packed.columns(), count};
        graph.external(values, shape, ElementType.INT8, arena -> transposed(first, count, arena));
        String sums = graph.microsoft(
                "MatMulIntegerToFloat",
                Map.of(),
                in.values(),
                values,
                graph.scalar(1),
                graph.constant(name + PackedLinear.SCALES, scales(first, count), count),
                graph.unsignedByte(ZERO));
        return in.tokenScales() == null ? sums : graph.op("Mul", sums, in.tokenScales());
    }

    private float[] scales(int first, int count) {
        Tensor scales = packed.scales();
        if (scales == null) {
            throw new IllegalStateException(weight + ": expected int8 weights, got " + packed.values());
        }
        return Arrays.copyOfRange(scales.toFloats(), first, first + count);
    }

    /** Some of the weight's rows as columns, the layout that the operator takes: [in, count]. */
    private MemorySegment transposed(int first, int count, Arena arena) {
        int columns = packed.columns();
        MemorySegment rows =
                packed.isSparse() ? packed.denseValues() : packed.values().data();
        byte[] transposed = new byte[columns * count];
        for (int block = 0; block < columns; block += BLOCK) {
            for (int row = 0; row < count; row++) {
                long from = (long) (first + row) * columns;
                for (int column = block; column < Math.min(block + BLOCK, columns); column++) {
                    transposed[column * count + row] = rows.get(ValueLayout.JAVA_BYTE, from + column);
                }
            }
        }
        MemorySegment copy = arena.allocate(transposed.length, Long.BYTES);
        return copy.copyFrom(MemorySegment.ofArray(transposed));
    }
}
