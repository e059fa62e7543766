package org.samfast.cuda.device;

/** How many blocks a kernel is launched with. */
public record Grid(int x, int y, int z) {
    public Grid {
        if (x < 1 || y < 1 || z < 1) {
            throw new IllegalArgumentException("grid: expected 1 or more blocks, got " + text(x, y, z));
        }
    }

    public static Grid of(int x) {
        return new Grid(x, 1, 1);
    }

    public static Grid of(int x, int y) {
        return new Grid(x, y, 1);
    }

    public static Grid of(int x, int y, int z) {
        return new Grid(x, y, z);
    }

    @Override
    public String toString() {
        return text(x, y, z);
    }

    private static String text(int x, int y, int z) {
        return "(" + x + "," + y + "," + z + ")";
    }
}
