package org.samfast.onnx;

import org.samfast.backend.BackendProvider;
import org.samfast.backend.StoredFormatsContractTest;

class OnnxStoredFormatsTest extends StoredFormatsContractTest {
    @Override
    protected BackendProvider provider() {
        return new OnnxBackendProvider();
    }
}
