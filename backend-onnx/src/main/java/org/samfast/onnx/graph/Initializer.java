package org.samfast.onnx.graph;

import java.lang.foreign.MemorySegment;

/**
 * A weight that a graph names and its session is given apart from the graph, so that no copy is made on the way.
 *
 * @param shape row-major
 * @param values native-endian float32
 */
public record Initializer(String name, long[] shape, MemorySegment values) {}
