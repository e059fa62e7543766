package org.samfast.cuda;

import org.junit.jupiter.api.Tag;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Precision;
import org.samfast.backend.SixteenBitContractTest;

@Tag("gpu")
final class CudaBfloat16ContractTest extends SixteenBitContractTest {
    @Override
    protected BackendProvider provider() {
        return new CudaBackendProvider();
    }

    @Override
    protected Precision precision() {
        return Precision.BF16;
    }
}
