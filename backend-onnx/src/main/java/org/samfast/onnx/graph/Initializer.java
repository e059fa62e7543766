package org.samfast.onnx.graph;

import java.lang.foreign.MemorySegment;

/**
 * A weight that a graph names and its session is given apart from the graph, so that no copy is made on the way.
 *
 * @param shape row-major
 * @param type of the values
 * @param values native-endian
 */
public record Initializer(String name, long[] shape, ElementType type, MemorySegment values) {}
