package org.samfast.cuda.reference;

import java.util.Random;
import org.samfast.cuda.kernel.PackedForm;

/**
 * A weight of small integers and its packed forms, by the tables of docs/weights-format.md read from the hardware's side: for
 * each thread's word, what its bits are.
 */
public final class PackedWeightReference {
    /** Legal pairs of positions within four. */
    private static final int[][] PAIRS = {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};

    /** How many there are. */
    public static final int LEGAL_PAIRS = PAIRS.length;

    private static final int THREADS = 128;
    private static final int TILE = 64;

    public final PackedForm form;
    public final int outputs;
    public final int inputs;
    /** [outputs][inputs]; where it is sparse, zero but for two of every four. */
    public final int[] dense;

    private final int[][] kept;

    /** @param pair which of the legal pairs every four keep; -1 for any */
    public PackedWeightReference(PackedForm form, int outputs, int inputs, int largest, int pair) {
        this.form = form;
        this.outputs = outputs;
        this.inputs = inputs;
        Random random = new Random(outputs * 31L + inputs + pair);
        dense = random.ints((long) outputs * inputs, -largest, largest + 1).toArray();
        kept = new int[outputs * inputs / 4][];
        for (int four = 0; four < kept.length; four++) {
            kept[four] = PAIRS[pair < 0 ? random.nextInt(PAIRS.length) : pair];
            for (int i = 0; i < 4; i++) {
                if (form.isSparse() && i != kept[four][0] && i != kept[four][1]) {
                    dense[four * 4 + i] = 0;
                }
            }
        }
    }

    /** Row-major, padded along the inputs to a slice where it is sparse; rows in pairs where asked. */
    public float[] values(boolean inPairs) {
        int slice = form.isInt8() ? 128 : 64;
        int row = form.isSparse() ? Math.ceilDiv(inputs, slice) * slice / 2 : inputs;
        float[] values = new float[outputs * row];
        for (int output = 0; output < outputs; output++) {
            int at = inPairs ? output / 16 * 16 + output % 2 * 8 + output % 16 / 2 : output;
            for (int i = 0; i < (form.isSparse() ? inputs / 2 : inputs); i++) {
                int input = form.isSparse() ? i / 2 * 4 + kept[(output * inputs + i / 2 * 4) / 4][i % 2] : i;
                values[at * row + i] = dense[output * inputs + input];
            }
        }
        return values;
    }

    /** [outputs / 64][inputs / 64][128], rounded up; for int8 an even number of inputs / 64. */
    public int[] metadata() {
        int bands = Math.ceilDiv(outputs, TILE);
        int tiles = form.isInt8() ? Math.ceilDiv(inputs, 2 * TILE) * 2 : Math.ceilDiv(inputs, TILE);
        int[] words = new int[bands * tiles * THREADS];
        for (int word = 0; word < words.length; word++) {
            int thread = word % THREADS;
            int first = word / THREADS / tiles * TILE + thread / 32 * 16 + thread % 32 / 4;
            int input = word / THREADS % tiles * TILE;
            for (int chunk = 0; chunk < 8; chunk++) {
                words[word] |= form.isInt8()
                        ? nibble(first + thread % 2 * 8, input + thread / 2 % 2 * 32 + chunk * 4) << (chunk * 4)
                        : nibble(first + chunk / 4 * 8, input + thread % 4 * 16 + chunk % 4 * 4) << (chunk * 4);
            }
        }
        return words;
    }

    private int nibble(int output, int input) {
        if (output >= outputs || input >= inputs) {
            return 0x4;
        }
        int[] pair = kept[(output * inputs + input) / 4];
        return pair[0] | pair[1] << 2;
    }

    /** Exact sums of in [rows][inputs] with the weight, [rows][outputs]. */
    public long[] sums(int[] in) {
        int rows = in.length / inputs;
        long[] sums = new long[rows * outputs];
        for (int i = 0; i < sums.length; i++) {
            int row = i / outputs * inputs;
            int column = i % outputs * inputs;
            for (int k = 0; k < inputs; k++) {
                sums[i] += (long) in[row + k] * dense[column + k];
            }
        }
        return sums;
    }
}
