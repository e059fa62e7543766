package org.samfast.backend;

/**
 * What a backend owes in 16 bits, which are rounded some fifty times between pixels and embedding. Its accuracy is measured on real
 * masks in docs/accuracy.md; here it must be no accident.
 */
public abstract class SixteenBitContractTest extends BackendContractTest {
    /** bf16 keeps 8 bits: 2e-3 a rounding. */
    @Override
    protected double embeddingTolerance() {
        return 3e-2;
    }

    @Override
    protected double logitsTolerance() {
        return 6e-2;
    }
}
