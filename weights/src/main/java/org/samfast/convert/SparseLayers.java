package org.samfast.convert;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which Linears of the image encoder become 2:4 sparse: a list of {@code qkv}, {@code proj}, {@code lin1}, {@code lin2}, in all
 * blocks, or with a block's number before it, {@code 3.lin1}.
 *
 * @param text how {@code --sparse-layers} writes it
 * @param names labels of Linears, with or without a block's number
 */
public record SparseLayers(String text, Set<String> names) {
    /** Both Linears of every MLP. */
    public static final SparseLayers MLP = new SparseLayers("mlp", Set.of("lin1", "lin2"));

    /** All four Linears of every block. */
    public static final SparseLayers ALL = new SparseLayers("all", Set.of("qkv", "proj", "lin1", "lin2"));

    private static final Pattern NAME = Pattern.compile("(\\d{1,3}\\.)?(qkv|proj|lin1|lin2)");

    /** Copies {@code names}. */
    public SparseLayers {
        names = Set.copyOf(names);
    }

    /**
     * Reads {@code mlp}, {@code all} or a list.
     *
     * @param text {@code mlp}, {@code all}, or {@code qkv,3.lin1}
     * @return what it names
     * @throws IllegalArgumentException in one sentence
     */
    public static SparseLayers parse(String text) {
        return switch (text) {
            case "mlp" -> MLP;
            case "all" -> ALL;
            default -> list(text);
        };
    }

    private static SparseLayers list(String text) {
        List<String> names = Arrays.asList(text.split(",", -1));
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "expected mlp, all or a list of qkv, proj, lin1, lin2, each perhaps with a"
                                + " block before it as in 3.lin1, got '" + name + "'");
            }
        }
        Set<String> sorted = new TreeSet<>(names);
        return new SparseLayers(String.join(",", sorted), sorted);
    }

    boolean contains(String weight, EncoderLinear linear) {
        String block = weight.split("\\.", 4)[2];
        return names.contains(linear.label()) || names.contains(block + "." + linear.label());
    }
}
