package org.samfast.cuda.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class PinnedBufferTest {
    private final ScriptedDriver driver = new ScriptedDriver();
    private final Device device = driver.device();
    private final Stream stream = device.newStream();

    @Test
    void isCountedAndFreedOnce() {
        PinnedBuffer pinned = device.allocatePinned("masks", 100);
        assertThat(pinned.bytes()).isEqualTo(100);
        assertThat(device.pinnedBytes()).isEqualTo(100);
        pinned.close();
        pinned.close();
        assertThat(device.pinnedBytes()).isZero();
        assertThat(device.peakPinnedBytes()).isEqualTo(100);
        assertThat(device.allocatedBytes()).isZero();
        assertThat(driver.calls).containsExactly("createStream", "allocatePinned", "freePinned");
        assertThatThrownBy(() -> device.allocatePinned("nothing", 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isNotAccessibleOnceItIsClosedOrTheDeviceIs() {
        PinnedBuffer closed = device.allocatePinned("masks", 8);
        PinnedBuffer left = device.allocatePinned("masks", 8);
        left.segment().fill((byte) 1);
        MemorySegment part = left.segment().asSlice(4);
        closed.close();
        assertThatThrownBy(() -> closed.segment().get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        device.close();
        assertThatThrownBy(() -> part.get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(device.pinnedBytes()).isZero();
    }

    @Test
    void copiesDoNotWait() {
        try (PinnedBuffer pinned = device.allocatePinned("masks", 64);
                DeviceBuffer buffer = device.allocate("masks", 32)) {
            driver.calls.clear();
            buffer.uploadAsync(stream, pinned, 32, 32);
            buffer.downloadAsync(stream, pinned, 0, 16);
        }
        assertThat(driver.calls).containsExactly("upload", "download", "free", "freePinned");
        assertThat(device.calls().waits()).isZero();
    }

    @Test
    void copiesOutsideAreRefused() {
        try (PinnedBuffer pinned = device.allocatePinned("masks", 64);
                DeviceBuffer buffer = device.allocate("masks", 32)) {
            driver.calls.clear();
            assertThatThrownBy(() -> buffer.uploadAsync(stream, pinned, 0, 33))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> buffer.uploadAsync(stream, pinned, 33, 32))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> buffer.downloadAsync(stream, pinned, -1, 1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> buffer.downloadAsync(stream, pinned, 1, -1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(driver.calls).isEmpty();
        }
    }
}
