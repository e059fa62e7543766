package org.samfast.cli.bench;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendInfo;

/**
 * What all rows of one opened backend have in common.
 *
 * @param date when the run began
 * @param commit what sam was built from; empty where the build did not know
 * @param model the architecture: {@code vit_b}
 * @param sparseLayers Linears that are computed with 2:4 sparse weights
 * @param setup what differs from the backend's own choice: {@code portable kernels, decoder per image}; empty for nothing
 * @param start how long it took to open
 * @param accuracy null where this is what others are compared with, or there is nothing
 * @param reference what accuracy is against: {@code fp32 on onnx-cpu}; empty for nothing
 * @param command the command line
 */
public record BenchSubject(
        Instant date,
        String commit,
        BackendInfo info,
        String model,
        long sparseLayers,
        String setup,
        Start start,
        @Nullable BenchAccuracy accuracy,
        String reference,
        String command) {

    /**
     * @param loadSeconds from before the backend is opened until it is
     * @param firstMaskSeconds from there too, until it has finished its first mask
     */
    public record Start(double loadSeconds, double firstMaskSeconds) {}

    /** {@code cuda vit_b bf16, portable kernels}. */
    String title() {
        String what = info.backend() + " " + model + " " + info.precision().label();
        return setup.isEmpty() ? what : what + ", " + setup;
    }
}
