package org.samfast.onnx.graph;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What ONNX Runtime does by one operator and a graph of {@link OperatorSet#STANDARD} ones spells out. */
final class FusedOperators {
    private final GraphBuilder graph;
    private final boolean spelledOut;

    FusedOperators(GraphBuilder graph, OperatorSet operators) {
        this.graph = graph;
        this.spelledOut = operators == OperatorSet.STANDARD;
    }

    /** x Phi(x), the exact form. */
    String gelu(String value) {
        if (!spelledOut) {
            return graph.op("Gelu", value);
        }
        String error = graph.op("Erf", graph.op("Mul", value, graph.scalar((float) Math.sqrt(0.5))));
        String twice = graph.op("Mul", value, graph.add(error, graph.scalar(1)));
        return graph.op("Mul", twice, graph.scalar(0.5f));
    }

    /** alpha a b. */
    String product(float alpha, String a, String b) {
        return spelledOut
                ? graph.op("MatMul", graph.op("Mul", a, graph.scalar(alpha)), b)
                : graph.microsoft("FusedMatMul", Map.of("alpha", alpha), a, b);
    }

    /** The largest value along axes, which stay as 1. */
    String largest(String value, long... axes) {
        return spelledOut
                ? graph.op("ReduceMax", Map.of("axes", axes), value)
                : graph.op("ReduceMax", value, graph.integers(axes));
    }

    /** softmax(scale q k^T) v of each head; all [n, tokens, heads * channels], the values' channels perhaps of another number. */
    String attention(int heads, float scale, String queries, String keys, String values) {
        if (!spelledOut) {
            Map<String, Object> attributes = Map.of("num_heads", (long) heads, "scale", scale);
            return graph.microsoft("MultiHeadAttention", attributes, queries, keys, values);
        }
        String scores = product(scale, perHead(queries, heads, 0, 2, 1, 3), perHead(keys, heads, 0, 2, 3, 1));
        String weights = graph.op("Softmax", Map.of("axis", -1L), scores);
        String mixed = graph.op("MatMul", weights, perHead(values, heads, 0, 2, 1, 3));
        return graph.reshape(graph.transpose(mixed, 0, 2, 1, 3), 0, 0, -1);
    }

    /**
     * What a body makes of some values, for one index of their first axis after the other, so that little lies between
     * its nodes: it gets them without that axis. Spelled out, it gets them whole.
     *
     * @return with the first axis, whatever the body's result begins with
     */
    String oneByOne(List<String> values, Function<List<String>, String> body) {
        if (spelledOut) {
            return body.apply(values);
        }
        List<String> one = values.stream().map(value -> value + ".one").toList();
        Map<String, Object> attributes =
                Map.of("body", graph.inner(one, body), "num_scan_inputs", (long) values.size());
        return graph.op("Scan", attributes, values.toArray(String[]::new));
    }

    private String perHead(String value, int heads, long... axes) {
        return graph.transpose(graph.reshape(value, 0, 0, heads, -1), axes);
    }
}
