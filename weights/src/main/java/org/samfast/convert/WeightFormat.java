package org.samfast.convert;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.samfast.tensor.DType;

/** How {@code sam convert} stores weights. */
public enum WeightFormat {
    /** Every tensor as float32. */
    FP32(DType.F32, DType.F32, false),
    /** Every tensor as float16. */
    FP16(DType.F16, DType.F16, false),
    /** Every tensor as bfloat16. */
    BF16(DType.BF16, DType.BF16, false),
    /** The image encoder's Linears as int8 with a scale per output channel, the rest as bf16. */
    INT8(DType.BF16, DType.I8, false),
    /** Chosen Linears of the image encoder 2:4 sparse, everything as bf16. */
    BF16_SPARSE24(DType.BF16, DType.BF16, true),
    /** The image encoder's Linears as int8, chosen ones 2:4 sparse, the rest as bf16. */
    INT8_SPARSE24(DType.BF16, DType.I8, true);

    private final DType dense;
    private final DType linear;
    private final boolean sparse;

    WeightFormat(DType dense, DType linear, boolean sparse) {
        this.dense = dense;
        this.linear = linear;
        this.sparse = sparse;
    }

    /** {@return element type of every tensor that is not packed} */
    public DType dense() {
        return dense;
    }

    /** {@return element type of the image encoder's Linears} */
    public DType linear() {
        return linear;
    }

    /** {@return whether the image encoder's Linears are int8} */
    public boolean isInt8() {
        return linear == DType.I8;
    }

    /** {@return whether chosen Linears keep two of every four weights} */
    public boolean isSparse() {
        return sparse;
    }

    /** {@return how people, flags and files write it: {@code bf16-sparse24}} */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * {@return the format that is written so; empty where there is none}
     *
     * @param label {@code bf16-sparse24}
     */
    public static Optional<WeightFormat> labelled(String label) {
        return Arrays.stream(values())
                .filter(format -> format.label().equals(label))
                .findFirst();
    }

    /** {@return all of them, for a sentence} */
    public static String labels() {
        return Arrays.stream(values()).map(WeightFormat::label).collect(Collectors.joining(", "));
    }
}
