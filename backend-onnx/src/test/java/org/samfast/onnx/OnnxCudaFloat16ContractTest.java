package org.samfast.onnx;

import org.junit.jupiter.api.Tag;
import org.samfast.backend.BackendContractTest;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Precision;

/** The same in FP16; accuracy on real masks is measured by {@code sam bench}, here it must be no accident. */
@Tag("gpu")
final class OnnxCudaFloat16ContractTest extends BackendContractTest {
    @Override
    protected BackendProvider provider() {
        return new OnnxBackendProvider();
    }

    @Override
    protected Precision precision() {
        return Precision.FP16;
    }

    /** 16 bits are rounded some fifty times between pixels and embedding. */
    @Override
    protected double embeddingTolerance() {
        return 3e-2;
    }

    @Override
    protected double logitsTolerance() {
        return 6e-2;
    }
}
