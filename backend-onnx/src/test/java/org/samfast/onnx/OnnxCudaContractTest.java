package org.samfast.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.samfast.backend.BackendContractTest;
import org.samfast.backend.BackendProvider;

/** What the backend owes with natives that hold the CUDA provider, in fp32; no session there takes a node of the CPU. */
@Tag("gpu")
final class OnnxCudaContractTest extends BackendContractTest {
    @Override
    protected BackendProvider provider() {
        return new OnnxBackendProvider();
    }

    @Test
    void theNativesHoldTheCudaProvider() {
        assertThat(OnnxDetection.here().device()).isEqualTo(OnnxDevice.CUDA);
    }
}
