package org.samfast.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Backends;

class CudaBackendProviderTest {
    @Test
    void isFoundByTheServiceLoaderAndSaysWhyItIsNotUsable() {
        BackendProvider found = Backends.all().getFirst();
        assertThat(found).isInstanceOf(CudaBackendProvider.class);
        assertThat(found.unusableBecause()).contains("this build has no CUDA kernels yet");
    }

    @Test
    void isNeverReplacedByAnotherBackendWhenAskedForByName() {
        assertThatThrownBy(() -> Backends.choose("cuda"))
                .isInstanceOf(BackendException.class)
                .hasMessage("backend 'cuda' is not usable: this build has no CUDA kernels yet. Usable here: none.");
    }
}
