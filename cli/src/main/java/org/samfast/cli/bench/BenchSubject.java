package org.samfast.cli.bench;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendInfo;

/**
 * What all rows of one run have in common.
 *
 * @param date when the run began
 * @param commit what sam was built from; empty where the build did not know
 * @param model the architecture: {@code vit_b}
 * @param sparseLayers Linears that are computed with 2:4 sparse weights
 * @param firstMaskSeconds see {@link BenchRun#firstMaskSeconds}
 * @param accuracy null where the backend computes fp32 itself, or cannot
 * @param command the command line
 */
public record BenchSubject(
        Instant date,
        String commit,
        BackendInfo info,
        String model,
        long sparseLayers,
        double firstMaskSeconds,
        @Nullable BenchAccuracy accuracy,
        String command) {}
