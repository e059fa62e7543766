package org.samfast.cuda.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jcuda.driver.CUresult;
import org.junit.jupiter.api.Test;
import org.samfast.backend.BackendException;

class GrowingBufferTest {
    private final ScriptedDriver driver = new ScriptedDriver();
    private final Device device = driver.device();

    @Test
    void growsAndNeverShrinks() {
        GrowingBuffer<DeviceBuffer> growing = GrowingBuffer.onDevice(device, "image");
        assertThat(device.allocatedBytes()).isZero();
        DeviceBuffer first = growing.atLeast(100);
        assertThat(growing.atLeast(7)).isSameAs(first);
        assertThat(growing.atLeast(100)).isSameAs(first);
        assertThat(growing.atLeast(101).bytes()).isEqualTo(101);
        assertThat(device.allocatedBytes()).isEqualTo(101);
        assertThat(device.peakBytes()).isEqualTo(101);
        growing.close();
        growing.close();
        assertThat(device.allocatedBytes()).isZero();
        assertThat(driver.calls).containsExactly("allocate", "free", "allocate", "free");
    }

    @Test
    void holdsPinnedMemoryToo() {
        try (GrowingBuffer<PinnedBuffer> growing = GrowingBuffer.pinned(device, "image")) {
            growing.atLeast(8).segment().fill((byte) 1);
            assertThat(growing.atLeast(9).bytes()).isEqualTo(9);
            assertThat(device.pinnedBytes()).isEqualTo(9);
        }
        assertThat(device.pinnedBytes()).isZero();
    }

    @Test
    void holdsNothingWhereItCannotGrow() {
        GrowingBuffer<DeviceBuffer> growing = GrowingBuffer.onDevice(device, "image");
        growing.atLeast(8);
        driver.fail("allocate", CUresult.CUDA_ERROR_OUT_OF_MEMORY);
        assertThatThrownBy(() -> growing.atLeast(9)).isInstanceOf(BackendException.class);
        assertThat(device.allocatedBytes()).isZero();
        growing.close();
        assertThat(driver.calls).containsOnlyOnce("free");
    }
}
