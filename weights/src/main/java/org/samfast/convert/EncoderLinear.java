package org.samfast.convert;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The four Linears of an image encoder's block: what takes nearly all of SAM's time, and what is packed. */
public enum EncoderLinear {
    /** Queries, keys and values, [3 C, C]. */
    QKV("attn.qkv", "qkv"),
    /** What the heads found, joined, [C, C]. */
    PROJ("attn.proj", "proj"),
    /** The MLP's first, [4 C, C], before GELU. */
    LIN1("mlp.lin1", "lin1"),
    /** The MLP's second, [C, 4 C]. */
    LIN2("mlp.lin2", "lin2");

    private static final Pattern WEIGHT = Pattern.compile("image_encoder\\.blocks\\.(\\d+)\\.(.+)\\.weight");

    private final String module;
    private final String label;

    EncoderLinear(String module, String label) {
        this.module = module;
        this.label = label;
    }

    /** {@return its name within a block: {@code mlp.lin1}} */
    public String module() {
        return module;
    }

    /** {@return what {@code --sparse-layers} calls it: {@code lin1}} */
    public String label() {
        return label;
    }

    /** {@return whether a LayerNorm makes its inputs} */
    public boolean followsNorm() {
        return this == QKV || this == LIN1;
    }

    /**
     * {@return its module's name in a block: {@code image_encoder.blocks.3.mlp.lin1}}
     *
     * @param layer index of a block, from 0
     */
    public String in(int layer) {
        return "image_encoder.blocks." + layer + "." + module;
    }

    /**
     * Which of the four a tensor's official name is the weight of.
     *
     * @param tensor {@code image_encoder.blocks.3.mlp.lin1.weight}
     * @return the Linear; empty where it is no weight of one
     */
    public static Optional<EncoderLinear> ofWeight(String tensor) {
        Matcher found = WEIGHT.matcher(tensor);
        return found.matches()
                ? Arrays.stream(values())
                        .filter(linear -> linear.module.equals(found.group(2)))
                        .findFirst()
                : Optional.empty();
    }
}
