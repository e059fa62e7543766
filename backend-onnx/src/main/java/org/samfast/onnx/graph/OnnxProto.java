package org.samfast.onnx.graph;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The messages of a graph. Field numbers are those of onnx.proto3. */
final class OnnxProto {
    static final int FLOAT = 1;
    static final int UINT8 = 2;
    static final int INT64 = 7;
    /** ModelProto.graph. */
    static final int GRAPH = 7;
    /** ModelProto.metadata_props. */
    static final int METADATA = 14;
    /** GraphProto.initializer. */
    static final int INITIALIZER = 5;

    private static final int EXTERNAL = 1;

    private OnnxProto() {}

    /** A graph, less its weights. */
    static ProtoWriter graph(
            String name,
            List<ProtoWriter> nodes,
            Collection<ProtoWriter> initializers,
            List<ProtoWriter> inputs,
            List<ProtoWriter> outputs) {
        ProtoWriter graph = new ProtoWriter();
        nodes.forEach(node -> graph.message(1, node));
        graph.text(2, name);
        initializers.forEach(initializer -> graph.message(INITIALIZER, initializer));
        inputs.forEach(input -> graph.message(11, input));
        outputs.forEach(output -> graph.message(12, output));
        return graph;
    }

    /** A node; attributes are Long, Float, String, long[] or a graph. */
    static ProtoWriter node(
            String name,
            String operator,
            String domain,
            List<String> in,
            List<String> out,
            Map<String, Object> attributes) {
        ProtoWriter node = new ProtoWriter();
        in.forEach(value -> node.text(1, value));
        out.forEach(value -> node.text(2, value));
        node.text(3, name).text(4, operator);
        attributes.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> node.message(5, attribute(entry.getKey(), entry.getValue())));
        return domain.isEmpty() ? node : node.text(7, domain);
    }

    private static ProtoWriter attribute(String name, Object value) {
        ProtoWriter attribute = new ProtoWriter().text(1, name);
        switch (value) {
            case Float real -> attribute.real(2, real).integer(20, 1);
            case Long integer -> attribute.integer(3, integer).integer(20, 2);
            case long[] integers -> {
                for (long integer : integers) {
                    attribute.integer(8, integer);
                }
                attribute.integer(20, 7);
            }
            case String text -> attribute.text(4, text).integer(20, 3);
            case ProtoWriter graph -> attribute.message(6, graph).integer(20, 5);
            default -> throw new IllegalArgumentException(name + ": no attribute type for " + value.getClass());
        }
        return attribute;
    }

    /** An entry of a map of strings. */
    static ProtoWriter entry(String key, String value) {
        return new ProtoWriter().text(1, key).text(2, value);
    }

    /** Name and type of an input or output; a dimension is a number or the name of a free one. */
    static ProtoWriter valueInfo(String name, int type, Object... shape) {
        ProtoWriter dimensions = new ProtoWriter();
        for (Object dimension : shape) {
            dimensions.message(
                    1,
                    dimension instanceof Number number
                            ? new ProtoWriter().integer(1, number.longValue())
                            : new ProtoWriter().text(2, dimension.toString()));
        }
        return valueInfo(name, new ProtoWriter().integer(1, type).message(2, dimensions));
    }

    /** The same of any shape. */
    static ProtoWriter valueInfoOfAnyShape(String name, int type) {
        return valueInfo(name, new ProtoWriter().integer(1, type));
    }

    private static ProtoWriter valueInfo(String name, ProtoWriter tensor) {
        return new ProtoWriter().text(1, name).message(2, new ProtoWriter().message(1, tensor));
    }

    /** A tensor whose data are elsewhere: {@code location} and perhaps {@code offset} and {@code length}. */
    static ProtoWriter external(Initializer weight, Map<String, String> where) {
        ProtoWriter tensor = tensor(weight.name(), weight.type().code(), weight.shape());
        where.forEach((key, value) -> tensor.message(13, entry(key, value)));
        return tensor.integer(14, EXTERNAL);
    }

    /** A tensor without its data. */
    static ProtoWriter tensor(String name, int type, long[] shape) {
        ProtoWriter tensor = new ProtoWriter();
        for (long dimension : shape) {
            tensor.integer(1, dimension);
        }
        return tensor.integer(2, type).text(8, name);
    }
}
