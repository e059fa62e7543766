package org.samfast.packed;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.samfast.tensor.DType;

/**
 * Which two of every four weights a 2:4 sparse matrix keeps, four bits per four columns: the lower two bits are the
 * column of the first kept one, the upper two that of the second, ascending. They lie as the registers of Hopper's
 * {@code wgmma.mma_async.sp} want them, u32 [rows / 64][columns / 64][128 threads]: docs/weights-format.md.
 */
public final class TwoFourMetadata {
    /** Rows of a tile, and columns that its one register per thread serves. */
    public static final int TILE = 64;

    /** Threads of a warpgroup. */
    public static final int THREADS = 128;

    private static final int CHUNK = 4;
    private static final int CHUNKS_PER_TILE = TILE / CHUNK;
    private static final int WARP = 32;
    private static final int ROWS_PER_WARP = 16;
    private static final int NIBBLE = 4;

    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The nibbles whose two columns ascend: 0,1 0,2 1,2 0,3 1,3 2,3. */
    private static final int[] LEGAL = {0x4, 0x8, 0x9, 0xc, 0xd, 0xe};

    /** What stands where there is no row or column: the first two, whose values are zeros. */
    private static final int PADDING = 0x44444444;

    private static final boolean[] LEGAL_HALF_WORDS = legalHalfWords();

    private TwoFourMetadata() {}

    /**
     * {@return columns as the metadata counts them: padded to 64 for BF16, to 128 for I8}
     *
     * @param values BF16 or I8
     * @param columns of the dense weight
     */
    public static int paddedColumns(DType values, int columns) {
        int multiple = values == DType.I8 ? 2 * TILE : TILE;
        return Math.ceilDiv(columns, multiple) * multiple;
    }

    /**
     * {@return shape of the metadata: [rows / 64, columns / 64, 128], both rounded up}
     *
     * @param values BF16 or I8
     * @param rows of the dense weight
     * @param columns of the dense weight
     */
    public static long[] shape(DType values, int rows, int columns) {
        return new long[] {Math.ceilDiv(rows, TILE), paddedColumns(values, columns) / TILE, THREADS};
    }

    /**
     * Packs nibbles.
     *
     * @param values BF16 or I8
     * @param rows of the dense weight
     * @param columns of the dense weight
     * @param nibbles [rows][columns / 4]
     * @return the words, in the order of {@link #shape}
     */
    public static int[] pack(DType values, int rows, int columns, byte[] nibbles) {
        int[] words = new int[rowTiles(rows) * columnTiles(values, columns) * THREADS];
        Arrays.fill(words, PADDING);
        int chunks = columns / CHUNK;
        int tiles = columnTiles(values, columns);
        for (int row = 0; row < rows; row++) {
            for (int chunk = 0; chunk < chunks; chunk++) {
                int word = word(values, tiles, row, chunk);
                int shift = shift(values, row, chunk);
                words[word] = (words[word] & ~(0xf << shift)) | (nibbles[row * chunks + chunk] << shift);
            }
        }
        return words;
    }

    /** Nibbles [rows][columns / 4] of packed words. */
    static byte[] unpack(DType values, int rows, int columns, MemorySegment words) {
        int chunks = columns / CHUNK;
        int tiles = columnTiles(values, columns);
        byte[] nibbles = new byte[rows * chunks];
        for (int row = 0; row < rows; row++) {
            for (int chunk = 0; chunk < chunks; chunk++) {
                int word = words.getAtIndex(WORD, word(values, tiles, row, chunk));
                nibbles[row * chunks + chunk] = (byte) (word >>> shift(values, row, chunk) & 0xf);
            }
        }
        return nibbles;
    }

    /** Whether every nibble of the words is one of the six that name two columns in ascending order. */
    static boolean isLegal(MemorySegment words) {
        for (long i = 0; i < words.byteSize() / Integer.BYTES; i++) {
            int word = words.getAtIndex(WORD, i);
            if (!LEGAL_HALF_WORDS[word & 0xffff] || !LEGAL_HALF_WORDS[word >>> 16]) {
                return false;
            }
        }
        return true;
    }

    /** BF16: lane bit 1 is the k32 step, lane bit 0 its half. I8: lane bit 1 is the half of k64, lane bit 0 the row + 8. */
    private static int word(DType values, int tiles, int row, int chunk) {
        int tile = row / TILE * tiles + chunk / CHUNKS_PER_TILE;
        int warp = row % TILE / ROWS_PER_WARP;
        int inWarp = row % ROWS_PER_WARP;
        int inTile = chunk % CHUNKS_PER_TILE;
        int lane = inWarp % 8 * 4 + (values == DType.I8 ? inTile / 8 * 2 + inWarp / 8 : inTile / 4);
        return tile * THREADS + warp * WARP + lane;
    }

    /** BF16: four nibbles of a row in the lower half word, four of the row 8 below in the upper. I8: eight of one row. */
    private static int shift(DType values, int row, int chunk) {
        return values == DType.I8 ? chunk % 8 * NIBBLE : row % ROWS_PER_WARP / 8 * 16 + chunk % 4 * NIBBLE;
    }

    private static int rowTiles(int rows) {
        return Math.ceilDiv(rows, TILE);
    }

    private static int columnTiles(DType values, int columns) {
        return paddedColumns(values, columns) / TILE;
    }

    private static boolean[] legalHalfWords() {
        boolean[] legal = new boolean[1 << 16];
        for (int i = 0; i < legal.length; i++) {
            int halfWord = i;
            legal[i] = Arrays.stream(new int[] {0, 4, 8, 12})
                    .allMatch(shift -> Arrays.binarySearch(LEGAL, halfWord >> shift & 0xf) >= 0);
        }
        return legal;
    }
}
