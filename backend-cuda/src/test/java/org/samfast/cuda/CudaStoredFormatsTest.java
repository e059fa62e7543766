package org.samfast.cuda;

import org.junit.jupiter.api.Tag;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.StoredFormatsContractTest;
import org.samfast.convert.WeightFormat;

@Tag("gpu")
class CudaStoredFormatsTest extends StoredFormatsContractTest {
    @Override
    protected BackendProvider provider() {
        return new CudaBackendProvider();
    }

    /** bf16 as in {@link CudaBfloat16ContractTest}; int8 keeps 7 bits below the largest value of each token. */
    @Override
    protected double tolerance(WeightFormat format) {
        return format.isInt8() ? 6e-2 : 3e-2;
    }
}
