package org.samfast.cuda.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.backend.BackendException;

class GateTest {
    private final ScriptedDriver driver = new ScriptedDriver();
    private final Device device = driver.device();
    private final Stream stream = device.newStream();

    @Test
    void countsWhatMakesTheHostWait() {
        CallCounts before = device.calls();
        try (DeviceBuffer buffer = device.allocate("values", 64 << 20);
                Arena arena = Arena.ofConfined();
                Event event = stream.record()) {
            buffer.fill(stream, (byte) 0);
            buffer.upload(stream, arena.allocate(8));
            buffer.download(stream, MemorySegment.ofArray(new byte[17 << 20])); // through 16 MB at a time
            stream.synchronize();
            assertThat(event.millisSince(event)).isZero();
        }
        CallCounts counts = device.calls().since(before);
        assertThat(counts).isEqualTo(new CallCounts(0, 2, 3, 2));
        assertThat(counts.waits()).isEqualTo(5);
    }

    /** The numbers of the errors that CUDA documents as the end of the context. */
    @ParameterizedTest
    @ValueSource(ints = {214, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719})
    void aLostDeviceFailsFastWithTheFirstCause(int error) {
        driver.fail("synchronize", error);
        assertThatThrownBy(stream::synchronize)
                .isInstanceOf(DeviceLostException.class)
                .hasMessage("waiting for the GPU: " + CUresult.stringFor(error) + " (" + error
                        + ") (a kernel before has failed; SAM_CUDA_SYNC=1 names it)");
        driver.calls.clear();
        assertThatThrownBy(() -> device.allocate("values", 4))
                .isInstanceOf(DeviceLostException.class)
                .hasMessage("the GPU is lost since an earlier error: waiting for the GPU: "
                        + CUresult.stringFor(error) + " (" + error
                        + ") (a kernel before has failed; SAM_CUDA_SYNC=1 names it)")
                .cause()
                .isInstanceOf(DeviceLostException.class);
        assertThatThrownBy(stream::record).isInstanceOf(DeviceLostException.class);
        assertThat(driver.calls).isEmpty();
    }

    @Test
    void closingALostDeviceDestroysTheContextAndThrowsNothing() {
        DeviceBuffer buffer = device.allocate("values", 4);
        PinnedBuffer pinned = device.allocatePinned("values", 4);
        Event event = stream.record();
        driver.fail("synchronize", CUresult.CUDA_ERROR_LAUNCH_FAILED);
        assertThatThrownBy(stream::synchronize).isInstanceOf(DeviceLostException.class);
        driver.calls.clear();
        buffer.close();
        pinned.close();
        event.close();
        stream.close();
        device.close();
        assertThat(driver.calls).containsExactly("release");
        driver.fail("release", CUresult.CUDA_ERROR_LAUNCH_FAILED); // CUDA may repeat it there
        device.close();
        assertThat(device.allocatedBytes()).isZero();
        assertThat(device.pinnedBytes()).isZero();
    }

    @Test
    void closingASoundDeviceReleasesTheContext() {
        driver.calls.clear();
        stream.close();
        device.close();
        assertThat(driver.calls).containsExactly("destroy", "release");
    }

    /** The device is one of two of a process, and closing the other has destroyed the context of both. */
    @Test
    void closingADeviceWhoseContextIsGoneThrowsNothing() {
        DeviceBuffer buffer = device.allocate("values", 4);
        driver.fail("makeCurrent", CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED);
        driver.calls.clear();
        buffer.close();
        stream.close();
        device.close();
        assertThat(driver.calls).containsExactly("release");
    }

    @Test
    void anErrorThatEndsOneCallLeavesTheDeviceUsable() {
        driver.fail("synchronize", CUresult.CUDA_ERROR_INVALID_HANDLE);
        assertThatThrownBy(stream::synchronize)
                .isExactlyInstanceOf(BackendException.class)
                .hasMessage("waiting for the GPU: CUDA_ERROR_INVALID_HANDLE (400)");
        device.allocate("values", 4).close();
    }

    @Test
    void outOfMemorySaysTheNumbers() {
        device.allocate("weights", 1000);
        driver.fail("allocate", CUresult.CUDA_ERROR_OUT_OF_MEMORY);
        assertThatThrownBy(() -> device.allocate("qkv", 5000))
                .isExactlyInstanceOf(BackendException.class)
                .hasMessage(
                        "allocating 5000 bytes for qkv on no GPU, where 75161927680 of 85899345920 are free and 1000 are taken here "
                                + "already: CUDA_ERROR_OUT_OF_MEMORY (2); use a smaller batch (--gpu-mem finds one that fits), or end other"
                                + " programs on this GPU");
        assertThat(device.allocatedBytes()).isEqualTo(1000);
    }
}
