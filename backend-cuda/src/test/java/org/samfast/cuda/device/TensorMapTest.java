package org.samfast.cuda.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class TensorMapTest {
    private final Device device = new PtxDriver().device();

    @Test
    void theWidthOfTheBoxDecidesTheSwizzle() {
        assertThat(TensorMap.swizzle("in", 1 << 20, 768, 128, 64)).isEqualTo(3);
        assertThat(TensorMap.swizzle("in", 1 << 20, 768, 128, 32)).isEqualTo(2);
        assertThat(TensorMap.swizzle("in", 1 << 20, 768, 128, 16)).isEqualTo(1);
        assertThatThrownBy(() -> TensorMap.swizzle("in", 1 << 20, 768, 128, 48))
                .hasMessage("in: expected boxes of 16, 32 or 64 columns, got 48");
    }

    @Test
    void whatTheCopyEngineCannotReadIsRefused() {
        assertThatThrownBy(() -> TensorMap.swizzle("weight", 0x1008, 768, 128, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "weight: expected an address that is a multiple of 16 and rows of a multiple of 8 values, got"
                                + " 0x1008 and 768");
        assertThatThrownBy(() -> TensorMap.swizzle("weight", 0x1000, 12, 128, 64))
                .hasMessageContaining("got 0x1000 and 12");
        assertThatThrownBy(() -> TensorMap.swizzle("weight", 0x1000, 768, 257, 64))
                .hasMessage("weight: expected boxes of 1 to 256 rows, got 257");
        assertThatThrownBy(() -> TensorMap.swizzle("weight", 0x1000, 768, 0, 64))
                .hasMessageEndingWith("got 0");
    }

    @Test
    void theMatrixHasToFitItsBuffer() {
        DeviceBuffer buffer = device.allocate("out", 64 * 64 * 2);
        assertThat(LaunchArguments.bytes(device.tensorMap("out", buffer, 64, 64, 64, 64)))
                .isEqualTo(128);
        assertThatThrownBy(() -> device.tensorMap("out", buffer, 65, 64, 64, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 8320 bytes");
    }

    @Test
    void aLaunchPassesItAligned() {
        TensorMap map = device.tensorMap("out", device.allocate("out", 64 * 64 * 2), 64, 64, 64, 64);
        try (Arena arena = Arena.ofConfined()) {
            assertThat(map.value(arena).address() % 64).isZero();
            assertThat(map.value(arena).byteSize()).isEqualTo(128);
        }
    }
}
