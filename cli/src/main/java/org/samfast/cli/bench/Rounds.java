package org.samfast.cli.bench;

import java.util.Arrays;
import java.util.function.DoubleSupplier;
import java.util.function.IntConsumer;

/**
 * How often something is measured.
 *
 * @param warmup runs before that do not count
 * @param measured runs that count, at least 1
 */
public record Rounds(int warmup, int measured) {
    /** The median of the measured runs; {@code before} is told the number of each run, from 1. */
    double median(IntConsumer before, DoubleSupplier run) {
        double[] results = new double[total()];
        for (int i = 0; i < results.length; i++) {
            before.accept(i + 1);
            results[i] = run.getAsDouble();
        }
        return median(results);
    }

    /** The median of the measured runs, where the results of all runs are there. */
    double median(double[] results) {
        double[] sorted = Arrays.copyOfRange(results, warmup, total());
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    int total() {
        return warmup + measured;
    }
}
