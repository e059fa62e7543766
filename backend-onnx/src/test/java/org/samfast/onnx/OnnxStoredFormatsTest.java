package org.samfast.onnx;

import org.samfast.backend.BackendProvider;
import org.samfast.backend.CpuModel;
import org.samfast.backend.StoredFormatsContractTest;
import org.samfast.convert.WeightFormat;

class OnnxStoredFormatsTest extends StoredFormatsContractTest {
    @Override
    protected BackendProvider provider() {
        return new OnnxBackendProvider();
    }

    /** int8 rounds activations where it is computed: what CUDA's encoder is allowed for it (PackedEncoderTest). */
    @Override
    protected double tolerance(WeightFormat format) {
        return format.isInt8() && CpuModel.hasVnni() ? 9e-3 : super.tolerance(format);
    }
}
