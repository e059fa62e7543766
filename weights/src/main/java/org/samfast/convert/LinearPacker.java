package org.samfast.convert;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.checkpoint.SafetensorsWriter.Entry;
import org.samfast.checkpoint.SafetensorsWriter.Spec;
import org.samfast.packed.PackedLinear;
import org.samfast.packed.TwoFourMetadata;
import org.samfast.tensor.Bfloat16;
import org.samfast.tensor.DType;

/**
 * Lays one Linear's weight out as kernels read it: docs/weights-format.md.
 *
 * @param name the weight's official name
 * @param element BF16 or I8
 * @param sparse whether it keeps two of every four weights
 * @param staticInputs whether its inputs are quantised by scales that are stored
 */
record LinearPacker(String name, int rows, int columns, DType element, boolean sparse, boolean staticInputs) {
    /** The same for some of the rows; whole tiles of metadata but for the last. */
    LinearPacker rows(int some) {
        return new LinearPacker(name, some, columns, element, sparse, staticInputs);
    }

    /** The tensors that it becomes. */
    List<Spec> specs() {
        List<Spec> specs = new ArrayList<>();
        specs.add(values());
        if (sparse) {
            specs.add(metadata());
        }
        if (element == DType.I8) {
            specs.add(new Spec(name + PackedLinear.SCALES, DType.F32, new long[] {rows}));
        }
        if (staticInputs) {
            specs.add(new Spec(name + PackedLinear.INPUT_SCALES, DType.F32, new long[] {columns}));
        }
        return specs;
    }

    private Spec values() {
        return new Spec(name + PackedLinear.VALUES, element, PackedLinear.valuesShape(element, rows, columns, sparse));
    }

    private Spec metadata() {
        return new Spec(name + PackedLinear.METADATA, DType.I32, TwoFourMetadata.shape(element, rows, columns));
    }

    /**
     * A bf16 weight.
     *
     * @param weights row-major [rows][columns]
     * @param kept which of every four stay
     */
    List<Entry> pack(float[] weights, byte[] kept) {
        MemorySegment rounded = MemorySegment.ofArray(Bfloat16.round(weights));
        return List.of(values(compress(rounded, ValueLayout.JAVA_SHORT_UNALIGNED, kept)), metadata(kept));
    }

    /** An int8 weight; {@code kept} is null where it is dense. */
    List<Entry> pack(Int8Weights weights, byte @Nullable [] kept) {
        List<Entry> entries = new ArrayList<>();
        MemorySegment dense = MemorySegment.ofArray(weights.values());
        if (kept == null) {
            entries.add(values(dense));
        } else {
            entries.add(values(compress(dense, ValueLayout.JAVA_BYTE, kept)));
            entries.add(metadata(kept));
        }
        entries.add(Entry.floats(name + PackedLinear.SCALES, new long[] {rows}, weights.scales()));
        if (weights.inputScales() != null) {
            entries.add(Entry.floats(name + PackedLinear.INPUT_SCALES, new long[] {columns}, weights.inputScales()));
        }
        return entries;
    }

    private Entry values(MemorySegment data) {
        ValueLayout unit = element == DType.I8 ? ValueLayout.JAVA_BYTE : ValueLayout.JAVA_SHORT_UNALIGNED;
        return new Entry(values().name(), element, values().shape(), data, unit);
    }

    private Entry metadata(byte[] kept) {
        int[] words = TwoFourMetadata.pack(element, rows, columns, kept);
        return new Entry(
                metadata().name(),
                DType.I32,
                metadata().shape(),
                MemorySegment.ofArray(words),
                ValueLayout.JAVA_INT_UNALIGNED);
    }

    /** What stays of each row, and zeros up to the padded length. */
    private MemorySegment compress(MemorySegment dense, ValueLayout unit, byte[] kept) {
        long size = unit.byteSize();
        long rowLength = values().shape()[1];
        MemorySegment compressed = MemorySegment.ofArray(new byte[Math.toIntExact(rows * rowLength * size)]);
        int chunks = columns / TwoFourPruner.CHUNK;
        for (int row = 0; row < rows; row++) {
            for (int chunk = 0; chunk < chunks; chunk++) {
                int nibble = kept[row * chunks + chunk];
                long from = (long) row * columns + chunk * 4L;
                long to = row * rowLength + chunk * 2L;
                MemorySegment.copy(dense, (from + (nibble & 3)) * size, compressed, to * size, size);
                MemorySegment.copy(dense, (from + (nibble >> 2)) * size, compressed, (to + 1) * size, size);
            }
        }
        return compressed;
    }
}
