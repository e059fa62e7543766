package org.samfast.architecture;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The models that have a name: vit_b, vit_l and vit_h of the official release (build_sam.py) and the small vit_t that
 * comes with this project.
 */
public enum SamVariant {
    /** Width 192: the model that is built in. */
    VIT_T(192, 12, 3, List.of(2, 5, 8, 11)),
    /** Width 768: sam_vit_b_01ec64.pth. */
    VIT_B(768, 12, 12, List.of(2, 5, 8, 11)),
    /** Width 1024: sam_vit_l_0b3195.pth. */
    VIT_L(1024, 24, 16, List.of(5, 11, 17, 23)),
    /** Width 1280: sam_vit_h_4b8939.pth. */
    VIT_H(1280, 32, 16, List.of(7, 15, 23, 31));

    @SuppressWarnings("ImmutableEnumChecker") // a record whose one list is a copy nobody can change
    private final SamArchitecture architecture;

    SamVariant(int width, int depth, int heads, List<Integer> globalLayers) {
        String name = name().toLowerCase(Locale.ROOT);
        this.architecture =
                new SamArchitecture(name, width, depth, heads, 4 * width, globalLayers, SamArchitecture.WINDOW_SIZE);
    }

    /** {@return its dimensions, under its name in lower case} */
    public SamArchitecture architecture() {
        return architecture;
    }

    /** The variant of exactly these dimensions. */
    static Optional<SamVariant> of(int width, int depth, int heads, int mlpWidth, List<Integer> globalLayers) {
        return Arrays.stream(values())
                .filter(variant -> variant.architecture.hasDimensions(width, depth, heads, mlpWidth, globalLayers))
                .findFirst();
    }
}
