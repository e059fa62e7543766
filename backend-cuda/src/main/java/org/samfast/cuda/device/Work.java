package org.samfast.cuda.device;

import java.util.List;

/**
 * What a launch is there for, to be told in a trace: the problem, and the least that solving it takes.
 *
 * @param unit what does the operations
 * @param operations multiplications and additions; of 2:4 sparse weights half of the dense ones
 * @param bytes what has to be read and written once
 * @param problem its sizes, under the names that people know them by
 */
public record Work(Unit unit, double operations, double bytes, List<Extent> problem) {
    /** Of a kernel that does not tell. */
    public static final Work UNTOLD = new Work(Unit.NONE, 0, 0, List.of());

    /** What computes. */
    public enum Unit {
        /** Nothing to speak of: the kernel moves memory. */
        NONE,
        /** Tensor cores in bf16. */
        BF16,
        /** Tensor cores in int8. */
        INT8,
        /** The ordinary cores. */
        FP32;

        /** What multiplies values of that element. */
        public static Unit of(Element element) {
            return element == Element.BF16 ? BF16 : FP32;
        }
    }

    /** One size of a problem. */
    public record Extent(String name, long value) {}

    /** Of a kernel that reads and writes so many bytes. */
    public static Work moving(double bytes) {
        return new Work(Unit.NONE, 0, bytes, List.of());
    }

    /** {@code [m][k]} by {@code [n][k]}. */
    public static Work product(Unit unit, long m, long n, long k, double bytes) {
        return product(unit, m, n, k, 2.0 * m * n * k, bytes);
    }

    /** The same with half of one operand zero and left out. */
    public static Work sparseProduct(Unit unit, long m, long n, long k, double bytes) {
        return product(unit, m, n, k, 1.0 * m * n * k, bytes);
    }

    private static Work product(Unit unit, long m, long n, long k, double operations, double bytes) {
        return new Work(unit, operations, bytes, List.of(new Extent("M", m), new Extent("N", n), new Extent("K", k)));
    }

    /** Self-attention of {@code batch * heads} squares of tokens, without what relative positions add. */
    public static Work attention(Unit unit, long batch, long heads, long tokens, long headDim, double bytes) {
        return new Work(
                unit,
                4.0 * batch * heads * tokens * tokens * headDim,
                bytes,
                List.of(
                        new Extent("batch", batch),
                        new Extent("heads", heads),
                        new Extent("tokens", tokens),
                        new Extent("head_dim", headDim)));
    }
}
