package org.samfast.onnx.graph;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.tensor.Tensor;

/**
 * Collects the nodes of one graph. Values are strings, the names that ONNX gives them; every method that adds a node
 * returns the name of its (first) output.
 */
final class GraphBuilder {
    private final Checkpoint checkpoint;
    private final ElementType type;
    private final OperatorSet operators;
    private final List<ProtoWriter> nodes = new ArrayList<>();
    private final List<ProtoWriter> inputs = new ArrayList<>();
    private final List<ProtoWriter> outputs = new ArrayList<>();
    private final Map<String, ProtoWriter> inlined = new LinkedHashMap<>();
    private final Map<String, Initializer> weights = new LinkedHashMap<>();
    private final Map<String, String> constants = new HashMap<>();
    private int next;

    /** A graph for ONNX Runtime. */
    GraphBuilder(Checkpoint checkpoint, ElementType type) {
        this(checkpoint, type, OperatorSet.ONNX_RUNTIME);
    }

    /** Weights come from the checkpoint, which has to stay open until they have been read. */
    GraphBuilder(Checkpoint checkpoint, ElementType type, OperatorSet operators) {
        this.checkpoint = checkpoint;
        this.type = type;
        this.operators = operators;
    }

    /** What one operator does for ONNX Runtime and others may have to spell out. */
    FusedOperators fused() {
        return new FusedOperators(this, operators);
    }

    /** A float32 input; a dimension is a number or the name of a free one. */
    String input(String name, Object... shape) {
        return input(name, ElementType.FLOAT32, shape);
    }

    /** An input of another type. */
    String input(String name, ElementType of, Object... shape) {
        inputs.add(OnnxProto.valueInfo(name, of.code(), shape));
        return name;
    }

    /** An int64 input. */
    String integerInput(String name, Object... shape) {
        inputs.add(OnnxProto.valueInfo(name, OnnxProto.INT64, shape));
        return name;
    }

    /** Makes a float32 value an output of the graph under a name of its own. */
    void output(String name, String value, Object... shape) {
        output(name, ElementType.FLOAT32, value, shape);
    }

    /** Makes a value of another type an output. */
    void output(String name, ElementType of, String value, Object... shape) {
        nodes.add(OnnxProto.node(fresh("node"), "Identity", "", List.of(value), List.of(name), Map.of()));
        outputs.add(OnnxProto.valueInfo(name, of.code(), shape));
    }

    /** A value as another type; the same value where it is that type. */
    String cast(String value, ElementType from, ElementType to) {
        return from == to ? value : op("Cast", Map.of("to", (long) to.code()), value);
    }

    /** The checkpoint's tensor of that official name, in its own shape. */
    String weight(String name) {
        return weight(name, checkpoint.tensor(name).shape());
    }

    /** The checkpoint's tensor of that official name, read as another shape of as many elements. */
    String weight(String name, long... shape) {
        if (!weights.containsKey(name)) {
            floats(name, shape, checkpoint.tensor(name)::toFloatSegment);
        }
        return name;
    }

    /** Some rows of the checkpoint's matrix, under a name of their own. */
    String weightRows(String name, String part, long first, long count) {
        String slice = name + "." + part;
        if (!weights.containsKey(slice)) {
            Tensor rows = checkpoint.tensor(name).rows(first, count);
            floats(slice, rows.shape(), rows::toFloatSegment);
        }
        return slice;
    }

    /** How many rows the checkpoint's matrix has. */
    long rows(String name) {
        return checkpoint.tensor(name).shape()[0];
    }

    /** The values of the checkpoint's tensor, for constants derived from it. */
    float[] floats(String name) {
        return checkpoint.tensor(name).toFloats();
    }

    /** Constants of the graph's type computed while the graph is built. */
    String constant(String name, float[] values, long... shape) {
        if (!weights.containsKey(name)) {
            floats(name, shape, arena -> arena.allocateFrom(ValueLayout.JAVA_FLOAT, values));
        }
        return name;
    }

    /** A small vector of integers: a shape, an axis, a table of indices. */
    String integers(long... values) {
        return inline(OnnxProto.INT64, values.length * 8, new long[] {values.length}, buffer -> {
            for (long value : values) {
                buffer.putLong(value);
            }
        });
    }

    /** A float scalar. */
    String scalar(float value) {
        return inline(OnnxProto.FLOAT, 4, new long[0], buffer -> buffer.putFloat(value));
    }

    /** A scalar of one byte without sign. */
    String unsignedByte(int value) {
        return inline(OnnxProto.UINT8, 1, new long[0], buffer -> buffer.put((byte) value));
    }

    /** A node of the standard operator set. */
    String op(String operator, String... in) {
        return op(operator, Map.of(), in);
    }

    /** A node of the standard operator set with attributes: Long, Float, String, long[]. */
    String op(String operator, Map<String, Object> attributes, String... in) {
        return op(operator, "", 1, attributes, in).getFirst();
    }

    /** A node of ONNX Runtime's own operator set. */
    String microsoft(String operator, Map<String, Object> attributes, String... in) {
        return op(operator, OperatorSet.MICROSOFT, 1, attributes, in).getFirst();
    }

    /** Cuts a value into equal parts along an axis. */
    List<String> split(String value, int axis, int parts) {
        return op("Split", "", parts, operators.split(axis, parts), value);
    }

    /** Reads a value as another shape: 0 keeps a dimension, -1 is what is left. */
    String reshape(String value, long... shape) {
        return op("Reshape", value, integers(shape));
    }

    String transpose(String value, long... axes) {
        return op("Transpose", Map.of("perm", axes), value);
    }

    String add(String a, String b) {
        return op("Add", a, b);
    }

    String concat(int axis, String... values) {
        return op("Concat", Map.of("axis", (long) axis), values);
    }

    /** LayerNorm over the last dimension with the checkpoint's scale and bias. */
    String layerNorm(String value, String module, float epsilon) {
        return op(
                "LayerNormalization",
                Map.of("axis", -1L, "epsilon", epsilon),
                value,
                weight(module + ".weight"),
                weight(module + ".bias"));
    }

    /** A PyTorch Linear on rows [m, in], weight [out, in] as stored. */
    String linear(String rows, String module) {
        return op("Gemm", Map.of("transB", 1L), rows, weight(module + ".weight"), weight(module + ".bias"));
    }

    /** A PyTorch Linear on the last dimension of a value of any rank. */
    String project(String value, String module) {
        long[] shape = checkpoint.tensor(module + ".weight").shape();
        float[] transposed = transposed(floats(module + ".weight"), (int) shape[0], (int) shape[1]);
        String weight = constant(module + ".weight.t", transposed, shape[1], shape[0]);
        return add(op("MatMul", value, weight), weight(module + ".bias"));
    }

    /** A Linear on rows without its bias, which something later adds. */
    String unbiased(String rows, String weight) {
        return op("Gemm", Map.of("transB", 1L), rows, weight);
    }

    /** What {@link #addAndNorm} gives: the sum and its LayerNorm. */
    record Normed(String sum, String norm) {}

    /**
     * value + bias + residual, and LayerNorm of that. Three nodes, because ONNX Runtime's fused SkipLayerNormalization
     * takes four times as long on the CPU: 10.3 against 2.6 ms for [4096, 768] on two cores.
     */
    Normed addAndNorm(String value, String residual, String bias, String module, float epsilon) {
        String sum = add(add(value, bias), residual);
        return new Normed(sum, layerNorm(sum, module, epsilon));
    }

    /** The same in ONNX Runtime's one node, which a GPU gains by. */
    Normed skipLayerNorm(String value, String residual, String bias, String module, float epsilon) {
        String norm = fresh("norm");
        String sum = fresh("sum");
        nodes.add(OnnxProto.node(
                fresh("node"),
                "SkipLayerNormalization",
                OperatorSet.MICROSOFT,
                List.of(value, residual, weight(module + ".weight"), weight(module + ".bias"), bias),
                List.of(norm, "", "", sum),
                Map.of("epsilon", epsilon)));
        return new Normed(sum, norm);
    }

    /** A graph for inside a node: what body makes of inputs of those names. Its constants are the whole graph's. */
    ProtoWriter inner(List<String> names, Function<List<String>, String> body) {
        int first = nodes.size();
        String made = body.apply(names);
        List<ProtoWriter> added = nodes.subList(first, nodes.size());
        ProtoWriter inner = OnnxProto.graph("body", added, List.of(), ofAnyShape(names), ofAnyShape(List.of(made)));
        added.clear();
        return inner;
    }

    private List<ProtoWriter> ofAnyShape(List<String> names) {
        return names.stream()
                .map(name -> OnnxProto.valueInfoOfAnyShape(name, type.code()))
                .toList();
    }

    /** The finished graph. */
    OnnxModel build(String name) {
        ProtoWriter graph = OnnxProto.graph(name, nodes, inlined.values(), inputs, outputs);
        return new OnnxModel(operators.header(), graph, List.copyOf(weights.values()));
    }

    private static float[] transposed(float[] matrix, int rows, int columns) {
        float[] transposed = new float[matrix.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                transposed[column * rows + row] = matrix[row * columns + column];
            }
        }
        return transposed;
    }

    private List<String> op(String operator, String domain, int outs, Map<String, Object> attributes, String... in) {
        List<String> out = new ArrayList<>();
        for (int i = 0; i < outs; i++) {
            out.add(fresh(operator));
        }
        nodes.add(OnnxProto.node(fresh("node"), operator, domain, List.of(in), out, attributes));
        return out;
    }

    private String fresh(String stem) {
        return stem + "_" + next++;
    }

    private void floats(String name, long[] shape, Initializer.Values floats) {
        external(name, shape, type, arena -> type.convert(floats.in(arena), arena));
    }

    /** Adds a weight of any type. */
    void external(String name, long[] shape, ElementType of, Initializer.Values values) {
        weights.put(name, new Initializer(name, shape.clone(), of, values));
    }

    private String inline(int type, int bytes, long[] shape, Consumer<ByteBuffer> fill) {
        ByteBuffer raw = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        fill.accept(raw);
        String content = type + Arrays.toString(shape) + Arrays.toString(raw.array());
        return constants.computeIfAbsent(content, key -> {
            String name = fresh("constant");
            inlined.put(name, OnnxProto.tensor(name, type, shape).bytes(9, raw.array()));
            return name;
        });
    }
}
