package org.samfast.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.tensor.Shape;

class TensorCatalogTest {
    /** Counts of the official release's checkpoints and of this project's vit_t, made by an independent program. */
    @ParameterizedTest
    @CsvSource({"VIT_T, 314, 11069936", "VIT_B, 314, 93735728", "VIT_L, 482, 312343088", "VIT_H, 594, 641090864"})
    void countsTensorsAndParameters(SamVariant variant, int tensors, long parameters) {
        var catalog = TensorCatalog.of(variant.architecture());
        assertThat(catalog).hasSize(tensors);
        assertThat(catalog.values().stream().mapToLong(Shape::elements).sum()).isEqualTo(parameters);
    }

    @Test
    void variantsAreFoundByTheirDimensions() {
        for (SamVariant variant : SamVariant.values()) {
            SamArchitecture a = variant.architecture();
            assertThat(SamArchitecture.of(a.width(), a.depth(), a.heads(), a.mlpWidth(), a.globalLayers()))
                    .isEqualTo(a);
        }
        assertThat(Arrays.stream(SamVariant.values()).map(v -> v.architecture().name()))
                .containsExactly("vit_t", "vit_b", "vit_l", "vit_h");
    }

    @Test
    void relativesAreDescribed() {
        SamArchitecture relative = SamArchitecture.of(64, 4, 1, 256, List.of(1, 3));
        assertThat(relative.name()).isEqualTo("vit(width 64, depth 4)");
        assertThat(relative.headDim()).isEqualTo(64);
        assertThat(relative.isGlobal(1)).isTrue();
        assertThat(relative.isGlobal(2)).isFalse();
    }
}
