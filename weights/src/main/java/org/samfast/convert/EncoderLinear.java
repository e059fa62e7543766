package org.samfast.convert;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The four Linears of an image encoder's block: what takes nearly all of SAM's time, and what is packed. */
public enum EncoderLinear {
    QKV("attn.qkv", "qkv"),
    PROJ("attn.proj", "proj"),
    LIN1("mlp.lin1", "lin1"),
    LIN2("mlp.lin2", "lin2");

    private static final Pattern WEIGHT = Pattern.compile("image_encoder\\.blocks\\.(\\d+)\\.(.+)\\.weight");

    private final String module;
    private final String label;

    EncoderLinear(String module, String label) {
        this.module = module;
        this.label = label;
    }

    /** Its name within a block: {@code mlp.lin1}. */
    public String module() {
        return module;
    }

    /** What {@code --sparse-layers} calls it: {@code lin1}. */
    public String label() {
        return label;
    }

    /** Whether it belongs to the MLP. */
    public boolean isMlp() {
        return this == LIN1 || this == LIN2;
    }

    /** Whether a LayerNorm makes its inputs. */
    public boolean followsNorm() {
        return this == QKV || this == LIN1;
    }

    /** Its module's name in a block: {@code image_encoder.blocks.3.mlp.lin1}. */
    public String in(int layer) {
        return "image_encoder.blocks." + layer + "." + module;
    }

    /** Which of the four a tensor's official name is the weight of. */
    public static Optional<EncoderLinear> ofWeight(String tensor) {
        Matcher found = WEIGHT.matcher(tensor);
        return found.matches()
                ? Arrays.stream(values())
                        .filter(linear -> linear.module.equals(found.group(2)))
                        .findFirst()
                : Optional.empty();
    }
}
