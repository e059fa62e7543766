package org.samfast.cli;

import java.util.Optional;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Precision;
import org.samfast.backend.SamBackend;
import org.samfast.backend.Support;
import org.samfast.checkpoint.Checkpoint;

/** A backend that wants to be verified when it is first used, and counts how often it is opened. */
record Forwarding(BackendProvider to, int[] opened) implements BackendProvider {
    @Override
    public Optional<String> firstUseKey() {
        return Optional.of("this machine");
    }

    @Override
    public SamBackend open(Checkpoint weights, BackendOptions options) {
        opened[0]++;
        return to.open(weights, options);
    }

    @Override
    public String name() {
        return to.name();
    }

    @Override
    public int rank() {
        return to.rank();
    }

    @Override
    public String description() {
        return to.description();
    }

    @Override
    public Optional<String> unusableBecause() {
        return to.unusableBecause();
    }

    @Override
    public Support support(Precision precision) {
        return to.support(precision);
    }
}
