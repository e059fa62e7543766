package org.samfast.cli.fake;

import java.util.Optional;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Precision;
import org.samfast.backend.SamBackend;
import org.samfast.backend.Support;
import org.samfast.checkpoint.Checkpoint;

/** A backend for tests of the commands, found as {@code --backend fake}; {@code auto} never takes it before a real one. */
public final class FakeProvider implements BackendProvider {
    @Override
    public String name() {
        return "fake";
    }

    @Override
    public int rank() {
        return Integer.MIN_VALUE;
    }

    @Override
    public String description() {
        return "draws discs and boxes";
    }

    @Override
    public Optional<String> unusableBecause() {
        return Optional.empty();
    }

    @Override
    public Support support(Precision precision) {
        return switch (precision) {
            case FP32, BF16 -> Support.NATIVE;
            case FP16, INT8, BF16_SPARSE24, INT8_SPARSE24 -> Support.REFUSED;
        };
    }

    @Override
    public SamBackend open(Checkpoint weights, BackendOptions options) {
        Precision wish = options.precision();
        return new FakeBackend(options.observer(), wish == null ? Precision.FP32 : wish);
    }
}
