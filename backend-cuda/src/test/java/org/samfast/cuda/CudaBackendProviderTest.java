package org.samfast.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Backends;
import org.samfast.backend.Precision;
import org.samfast.backend.Support;
import org.samfast.cuda.device.CudaDetection;

class CudaBackendProviderTest {
    @Test
    void isFoundByTheServiceLoaderAndSaysWhatDetectionSays() {
        BackendProvider found = Backends.all().getFirst();
        assertThat(found).isInstanceOf(CudaBackendProvider.class);
        assertThat(found.unusableBecause()).isEqualTo(CudaDetection.here().unusableBecause());
        assertThat(found.description()).isEqualTo(CudaDetection.here().description());
        assertThat(found.support(Precision.BF16)).isEqualTo(Support.NATIVE);
        assertThat(found.support(Precision.FP16)).isEqualTo(Support.REFUSED);
    }

    @Test
    void isNeverReplacedByAnotherBackendWhenAskedForByName() {
        String reason = CudaDetection.here().unusableBecause().orElse("");
        Assumptions.assumeFalse(reason.isEmpty(), "a machine with a GPU that sam can use");
        assertThatThrownBy(() -> Backends.choose("cuda"))
                .isInstanceOf(BackendException.class)
                .hasMessage("backend 'cuda' is not usable: " + reason + ". Usable here: none.");
    }
}
