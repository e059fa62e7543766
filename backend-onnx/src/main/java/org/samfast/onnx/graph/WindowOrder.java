package org.samfast.onnx.graph;

import java.util.Arrays;

/**
 * Where tokens lie before and after the 64x64 grid is cut into square windows, the last of which reach past it.
 *
 * @param side tokens along one side of a window
 */
record WindowOrder(int side) {
    private static final int GRID = ImageEncoderGraph.GRID;
    private static final int TOKENS = ImageEncoderGraph.TOKENS;

    int windowsPerSide() {
        return (GRID + side - 1) / side;
    }

    /** Tokens of all windows of an image. */
    int tokens() {
        return windowsPerSide() * windowsPerSide() * side * side;
    }

    /** For every token of every window its place in the grid, or 4096 (the padding) outside. */
    long[] ofWindows() {
        int windowTokens = side * side;
        long[] order = new long[tokens()];
        for (int i = 0; i < order.length; i++) {
            int window = i / windowTokens;
            int y = window / windowsPerSide() * side + i % windowTokens / side;
            int x = window % windowsPerSide() * side + i % side;
            order[i] = y < GRID && x < GRID ? (long) y * GRID + x : TOKENS;
        }
        return order;
    }

    /** For every token of the grid its place among the windows' tokens. */
    long[] ofGrid() {
        long[] windows = ofWindows();
        long[] order = new long[TOKENS];
        Arrays.fill(order, -1);
        for (int i = 0; i < windows.length; i++) {
            if (windows[i] < TOKENS) {
                order[(int) windows[i]] = i;
            }
        }
        return order;
    }
}
