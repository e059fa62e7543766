package org.samfast.mask;

import java.util.stream.IntStream;

/**
 * {@code torch.nn.functional.interpolate(mode="bilinear", align_corners=False)} of one float32 plane, a row at a time:
 * first along the row, then between two rows. Formulas: PyTorch aten/src/ATen/native/UpSample.h.
 */
final class BilinearUpscale {
    /** Rows that share the work of stretching their two source rows. */
    private static final int BAND = 64;

    private final float[] plane;
    private final int stride;
    private final int start;
    private final Axis columns;
    private final Axis rows;

    /**
     * @param plane the source rows, each {@code stride} values after the other, from {@code start} on
     * @param columns source columns of each output column
     * @param rows source rows of each output row
     */
    BilinearUpscale(float[] plane, int start, int stride, Axis columns, Axis rows) {
        this.plane = plane;
        this.start = start;
        this.stride = stride;
        this.columns = columns;
        this.rows = rows;
    }

    /** Takes finished rows, from many threads; the array is reused after the call. */
    interface RowSink {
        void accept(int y, float[] row);
    }

    /** Computes all rows, bands of them in parallel. */
    void rows(RowSink sink) {
        int height = rows.length();
        IntStream.range(0, Math.ceilDiv(height, BAND))
                .parallel()
                .forEach(band -> band(band * BAND, Math.min(height, (band + 1) * BAND), sink));
    }

    private void band(int begin, int end, RowSink sink) {
        float[] above = new float[columns.length()];
        float[] below = new float[columns.length()];
        float[] mixed = new float[columns.length()];
        int inAbove = -1;
        int inBelow = -1;
        for (int y = begin; y < end; y++) {
            int first = rows.first[y];
            int second = rows.second[y];
            if (first == inBelow) {
                float[] swap = above;
                above = below;
                below = swap;
                inBelow = inAbove;
                inAbove = first;
            }
            if (first != inAbove) {
                stretch(first, above);
                inAbove = first;
            }
            if (second != inBelow) {
                stretch(second, below);
                inBelow = second;
            }
            mix(above, below, rows.share[y], mixed);
            sink.accept(y, mixed);
        }
    }

    private void stretch(int row, float[] into) {
        int from = start + row * stride;
        for (int x = 0; x < into.length; x++) {
            float share = columns.share[x];
            into[x] = plane[from + columns.first[x]] * (1 - share) + plane[from + columns.second[x]] * share;
        }
    }

    private static void mix(float[] above, float[] below, float share, float[] into) {
        float rest = 1 - share;
        for (int x = 0; x < into.length; x++) {
            into[x] = above[x] * rest + below[x] * share;
        }
    }

    /** For each output position of one axis its two source positions and the share of the second. */
    record Axis(int[] first, int[] second, float[] share) {
        /** The first {@code kept} output positions of an axis stretched from {@code inputs} to {@code outputs}. */
        static Axis of(int inputs, int outputs, int kept) {
            Axis axis = new Axis(new int[kept], new int[kept], new float[kept]);
            float scale = (float) inputs / outputs;
            for (int i = 0; i < kept; i++) {
                float source = Math.max(0f, scale * (i + 0.5f) - 0.5f);
                int first = Math.min((int) source, inputs - 1);
                axis.first[i] = first;
                axis.second[i] = Math.min(first + 1, inputs - 1);
                axis.share[i] = Math.min(1f, source - first);
            }
            return axis;
        }

        int length() {
            return share.length;
        }
    }
}
