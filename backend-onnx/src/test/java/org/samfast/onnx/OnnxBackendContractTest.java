package org.samfast.onnx;

import org.samfast.backend.BackendContractTest;
import org.samfast.backend.BackendProvider;

final class OnnxBackendContractTest extends BackendContractTest {
    @Override
    protected BackendProvider provider() {
        return new OnnxBackendProvider();
    }
}
