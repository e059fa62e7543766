package org.samfast.convert;

import java.util.Optional;

/** Chooses which two of every four weights of a row stay, and sets the others to zero. */
final class TwoFourPruner {
    static final int CHUNK = 4;

    private TwoFourPruner() {}

    /**
     * Prunes to the two of largest magnitude or, where the inputs are known, so that the outputs change least.
     *
     * @param weights row-major, a multiple of four per row; changed
     * @return one per four weights: the lower two bits the place of the first that stays, the upper two of the second
     */
    static byte[] prune(float[] weights, int rows, Optional<LinearInputs> inputs) {
        byte[] kept =
                inputs.isPresent() ? new CompensatingPruner(inputs.get()).prune(weights, rows) : byMagnitude(weights);
        clear(weights, kept);
        return kept;
    }

    static byte[] byMagnitude(float[] weights) {
        byte[] kept = new byte[weights.length / CHUNK];
        float[] magnitudes = new float[CHUNK];
        for (int chunk = 0; chunk < kept.length; chunk++) {
            for (int i = 0; i < CHUNK; i++) {
                magnitudes[i] = Math.abs(weights[chunk * CHUNK + i]);
            }
            kept[chunk] = largestTwo(magnitudes);
        }
        return kept;
    }

    /** Of equals the one further left stays. */
    static byte largestTwo(float[] scores) {
        int first = 0;
        for (int i = 1; i < CHUNK; i++) {
            first = scores[i] > scores[first] ? i : first;
        }
        int second = first == 0 ? 1 : 0;
        for (int i = second + 1; i < CHUNK; i++) {
            second = i != first && scores[i] > scores[second] ? i : second;
        }
        return (byte) (Math.min(first, second) | Math.max(first, second) << 2);
    }

    /** Sets to zero what does not stay. */
    private static void clear(float[] weights, byte[] kept) {
        for (int i = 0; i < weights.length; i++) {
            int nibble = kept[i / CHUNK];
            if ((nibble & 3) != i % CHUNK && nibble >> 2 != i % CHUNK) {
                weights[i] = 0;
            }
        }
    }

    /** Whether every four weights hold at most two that are not 0. */
    static boolean holds(float[] weights) {
        for (int chunk = 0; chunk < weights.length; chunk += CHUNK) {
            int nonzero = 0;
            for (int i = 0; i < CHUNK; i++) {
                nonzero += weights[chunk + i] != 0 ? 1 : 0;
            }
            if (nonzero > 2) {
                return false;
            }
        }
        return true;
    }
}
