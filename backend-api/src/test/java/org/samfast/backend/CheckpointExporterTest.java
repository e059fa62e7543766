package org.samfast.backend;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CheckpointExporterTest {
    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> CheckpointExporter.to("onnx"))
                .isInstanceOf(BackendException.class)
                .hasMessage(
                        "export to 'onnx' is not usable: no exporter is on the class path; for onnx add samfast-backend-onnx");
    }
}
