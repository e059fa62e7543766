package org.samfast.cuda;

import java.util.Optional;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Precision;
import org.samfast.backend.SamBackend;
import org.samfast.backend.Support;
import org.samfast.checkpoint.Checkpoint;

/** The backend on CUDA kernels of our own. It has none yet, says so, and refuses to open. */
public final class CudaBackendProvider implements BackendProvider {
    private static final String REASON = "this build has no CUDA kernels yet";

    @Override
    public String name() {
        return "cuda";
    }

    /** Above every other backend: where a GPU can be used, {@code auto} takes it. */
    @Override
    public int rank() {
        return 100;
    }

    @Override
    public String description() {
        return "CUDA kernels of sam";
    }

    @Override
    public Optional<String> unusableBecause() {
        return Optional.of(REASON);
    }

    @Override
    public Support support(Precision precision) {
        return Support.REFUSED;
    }

    @Override
    public SamBackend open(Checkpoint weights, BackendOptions options) {
        throw new BackendException("backend 'cuda' is not usable: " + REASON);
    }
}
