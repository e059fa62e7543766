package org.samfast.onnx;

import org.junit.jupiter.api.Tag;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Precision;
import org.samfast.backend.SixteenBitContractTest;

@Tag("gpu")
final class OnnxCudaBfloat16ContractTest extends SixteenBitContractTest {
    @Override
    protected BackendProvider provider() {
        return new OnnxBackendProvider();
    }

    @Override
    protected Precision precision() {
        return Precision.BF16;
    }
}
