package org.samfast.cuda;

import org.junit.jupiter.api.Tag;
import org.samfast.backend.BackendContractTest;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Precision;

/** What the fast path owes. Its accuracy is measured on real masks in docs/accuracy.md; here it must be no accident. */
@Tag("gpu")
final class CudaBfloat16ContractTest extends BackendContractTest {
    @Override
    protected BackendProvider provider() {
        return new CudaBackendProvider();
    }

    @Override
    protected Precision precision() {
        return Precision.BF16;
    }

    /** bf16 keeps 8 bits: 2e-3 a rounding, and some fifty of them lie between pixels and embedding. */
    @Override
    protected double embeddingTolerance() {
        return 3e-2;
    }

    @Override
    protected double logitsTolerance() {
        return 6e-2;
    }
}
