package org.samfast.cuda.kernel;

import org.samfast.cuda.device.Device;

/** What a packed weight is made of, as docs/weights-format.md lays it out, and what its products are made of. */
public enum PackedForm {
    /** int8 by int8, exact sums. */
    INT8("linear_int8", true, false),
    /** bf16, two of every four values along the inputs. */
    SPARSE24("linear_sparse24", false, true),
    /** Both. */
    INT8_SPARSE24("linear_int8_sparse24", true, true);

    /** Bytes of an input's row that are multiplied at a time. */
    static final int SLICE_BYTES = 128;

    /** On Hopper int8 is the faster below: ViT-B's 768 inputs; not from ViT-L's 1024 on (docs/kernels.md). */
    private static final int FEW_INPUTS = 1024;

    private static final int METADATA_TILE = 64;
    private static final int METADATA_BYTES = 512;

    private final String kernel;
    private final boolean int8;
    private final boolean sparse;

    PackedForm(String kernel, boolean int8, boolean sparse) {
        this.kernel = kernel;
        this.int8 = int8;
        this.sparse = sparse;
    }

    /** Whether the sparse kernel is the faster one on this GPU; int8 values with the zeros between them give the same bits. */
    public static boolean paysSparse(Device device, boolean int8, int inputs) {
        return !(int8 && inputs < FEW_INPUTS && device.has(INT8.hopperModule()));
    }

    /** Dense bf16 is no packed form. */
    public static PackedForm of(boolean int8, boolean sparse) {
        if (!int8 && !sparse) {
            throw new IllegalArgumentException("packed form: expected int8 or 2:4 sparse values, got neither");
        }
        return !int8 ? SPARSE24 : sparse ? INT8_SPARSE24 : INT8;
    }

    /** Whether its inputs are int8 too; bf16 otherwise. */
    public boolean isInt8() {
        return int8;
    }

    public boolean isSparse() {
        return sparse;
    }

    String hopperModule() {
        return "encoder/" + kernel;
    }

    String hopperEntry(PackedTiling tiling, boolean toInt8) {
        return portableEntry(toInt8) + "_sm90_" + tiling.suffix();
    }

    String portableModule() {
        return "portable/" + kernel;
    }

    String portableEntry(boolean toInt8) {
        return kernel + (toInt8 ? "_to_int8" : "");
    }

    int elementBytes() {
        return int8 ? 1 : 2;
    }

    /** Inputs that are multiplied at a time. */
    int slice() {
        return SLICE_BYTES / elementBytes();
    }

    /** Bytes of a slice of the weight's row. */
    int weightSliceBytes() {
        return sparse ? SLICE_BYTES / 2 : SLICE_BYTES;
    }

    /** Bytes of a weight's row. */
    int weightRowBytes(int inputs) {
        return sparse ? Math.ceilDiv(inputs, slice()) * weightSliceBytes() : inputs * elementBytes();
    }

    /** Bytes of metadata for a slice of 64 rows. */
    int metadataSliceBytes() {
        return sparse ? METADATA_BYTES * slice() / METADATA_TILE : 0;
    }
}
