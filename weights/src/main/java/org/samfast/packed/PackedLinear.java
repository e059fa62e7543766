package org.samfast.packed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.samfast.tensor.DType;
import org.samfast.tensor.Tensor;

/**
 * The weight [rows][columns] of a Linear as a packed file stores it, for kernels that compute on it as it is. The tensors are
 * views of the mapped file.
 *
 * @param rows output features
 * @param columns input features
 * @param values BF16 or I8, row-major: [rows][columns] dense, [rows][paddedColumns / 2] sparse, padded with zeros
 * @param metadata null where dense; I32 of {@link TwoFourMetadata#shape}, the bits of u32
 * @param scales null for BF16; F32 [rows]: a weight is its value times its row's scale
 * @param inputScales null where every token's inputs get a scale of their own; F32 [columns]: what each input is divided by
 *     before it is rounded to int8, and what the weights' columns were multiplied by before they were
 */
public record PackedLinear(
        int rows,
        int columns,
        Tensor values,
        @Nullable Tensor metadata,
        @Nullable Tensor scales,
        @Nullable Tensor inputScales) {
    /** What is put behind a weight's official name. */
    public static final String VALUES = ".values";

    public static final String METADATA = ".metadata";
    public static final String SCALES = ".scales";
    public static final String INPUT_SCALES = ".input_scales";

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** {@return whether two of every four columns are kept} */
    public boolean isSparse() {
        return metadata != null;
    }

    /** {@return whether the values are int8; bf16 otherwise} */
    public boolean isInt8() {
        return values.dtype() == DType.I8;
    }

    /**
     * {@return shape of the values of such a Linear}
     *
     * @param values BF16 or I8
     * @param rows output features
     * @param columns input features
     * @param sparse whether two of every four columns are kept
     */
    public static long[] valuesShape(DType values, int rows, int columns, boolean sparse) {
        return new long[] {rows, sparse ? TwoFourMetadata.paddedColumns(values, columns) / 2 : columns};
    }

    /** {@return what of a packed weight is not as a kernel could use it, in words; empty where all is well} */
    public Optional<String> wrong() {
        if (metadata != null && !TwoFourMetadata.isLegal(metadata.data())) {
            return Optional.of("its metadata names two columns that do not ascend");
        }
        if (!arePositive(scales) || !arePositive(inputScales)) {
            return Optional.of("one of its scales is not a positive number");
        }
        return Optional.empty();
    }

    private static boolean arePositive(@Nullable Tensor scales) {
        if (scales != null) {
            for (float scale : scales.toFloats()) {
                if (!(scale > 0 && scale <= Float.MAX_VALUE)) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * {@return the dense equivalent: BF16 of a BF16 weight, F32 of an I8 one, where a weight is (value * scale) / input
     * scale, each operation rounded to float32} Its values are expanded whenever they are asked for.
     */
    public Tensor dense() {
        return Tensor.computed(isInt8() ? DType.F32 : DType.BF16, new long[] {rows, columns}, this::expanded);
    }

    private MemorySegment expanded() {
        MemorySegment stored = values.data();
        byte @Nullable [] nibbles =
                metadata == null ? null : TwoFourMetadata.unpack(values.dtype(), rows, columns, metadata.data());
        return isInt8() ? expandedInt8(stored, nibbles) : expandedBfloat16(stored, nibbles);
    }

    private MemorySegment expandedBfloat16(MemorySegment stored, byte @Nullable [] nibbles) {
        MemorySegment dense = Arena.ofAuto().allocate((long) rows * columns * Short.BYTES, Short.BYTES);
        for (int row = 0; row < rows; row++) {
            long from = row * rowLength();
            for (int i = 0; i < keptPerRow(); i++) {
                dense.setAtIndex(
                        SHORT, (long) row * columns + column(nibbles, row, i), stored.getAtIndex(SHORT, from + i));
            }
        }
        return dense;
    }

    private MemorySegment expandedInt8(MemorySegment stored, byte @Nullable [] nibbles) {
        float[] rowScales = scales == null ? new float[0] : scales.toFloats();
        float[] columnScales = inputScales == null ? new float[0] : inputScales.toFloats();
        MemorySegment dense = Arena.ofAuto().allocate((long) rows * columns * Float.BYTES, Float.BYTES);
        for (int row = 0; row < rows; row++) {
            long from = row * rowLength();
            for (int i = 0; i < keptPerRow(); i++) {
                int column = column(nibbles, row, i);
                float weight = stored.get(ValueLayout.JAVA_BYTE, from + i) * rowScales[row];
                float unfolded = columnScales.length == 0 ? weight : weight / columnScales[column];
                dense.setAtIndex(FLOAT, (long) row * columns + column, unfolded);
            }
        }
        return dense;
    }

    /**
     * {@return the I8 values of a sparse weight, row-major [rows][columns], with zeros where none is kept: for kernels
     * without sparsity}
     *
     * @throws IllegalStateException where they are not sparse int8
     */
    public MemorySegment denseValues() {
        if (metadata == null || !isInt8()) {
            throw new IllegalStateException("expected sparse int8 values, got " + values);
        }
        byte[] nibbles = TwoFourMetadata.unpack(values.dtype(), rows, columns, metadata.data());
        MemorySegment stored = values.data();
        MemorySegment dense = Arena.ofAuto().allocate((long) rows * columns);
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < keptPerRow(); i++) {
                byte value = stored.get(ValueLayout.JAVA_BYTE, row * rowLength() + i);
                dense.set(ValueLayout.JAVA_BYTE, (long) row * columns + column(nibbles, row, i), value);
            }
        }
        return dense;
    }

    private long rowLength() {
        return values.shape()[1];
    }

    private int keptPerRow() {
        return isSparse() ? columns / 2 : columns;
    }

    /** The column of a row's i-th stored value. */
    private int column(byte @Nullable [] nibbles, int row, int i) {
        if (nibbles == null) {
            return i;
        }
        int nibble = nibbles[row * (columns / 4) + i / 2];
        return i / 2 * 4 + (i % 2 == 0 ? nibble & 3 : nibble >> 2);
    }
}
