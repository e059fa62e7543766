package org.samfast.cuda;

import org.junit.jupiter.api.Tag;
import org.samfast.backend.BackendContractTest;
import org.samfast.backend.BackendProvider;

@Tag("gpu")
final class CudaBackendContractTest extends BackendContractTest {
    @Override
    protected BackendProvider provider() {
        return new CudaBackendProvider();
    }
}
