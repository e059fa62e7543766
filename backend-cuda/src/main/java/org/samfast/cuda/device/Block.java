package org.samfast.cuda.device;

/** How many threads a block has: at most 1024. */
public record Block(int x, int y, int z) {
    public Block {
        if (x < 1 || y < 1 || z < 1 || (long) x * y * z > 1024) {
            throw new IllegalArgumentException("block: expected 1 to 1024 threads, got " + text(x, y, z));
        }
    }

    public static Block of(int x) {
        return new Block(x, 1, 1);
    }

    public static Block of(int x, int y) {
        return new Block(x, y, 1);
    }

    public static Block of(int x, int y, int z) {
        return new Block(x, y, z);
    }

    @Override
    public String toString() {
        return text(x, y, z);
    }

    private static String text(int x, int y, int z) {
        return "(" + x + "," + y + "," + z + ")";
    }
}
