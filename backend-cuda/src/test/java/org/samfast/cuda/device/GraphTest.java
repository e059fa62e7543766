package org.samfast.cuda.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.Test;
import org.samfast.backend.BackendException;

class GraphTest {
    private final ScriptedDriver driver = new ScriptedDriver();
    private final Device device = driver.device();
    private final Stream stream = device.newStream();
    private final DeviceBuffer buffer = device.allocate("values", 64);

    @Test
    void countsAsOneLaunchAndIsTracedWhenCaptured() {
        assumeTrue(KernelImages.areThere(), "nvcc was not found at build time");
        KernelFunction add = device.function("device_test", "add_to_each");
        List<String> trace = new ArrayList<>();
        device.trace(trace::add);
        CallCounts before = device.calls();
        try (Graph graph = Graph.capture(stream, () -> {
            add.launch(stream, Grid.of(1), Block.of(128), 0, buffer, 16, 1);
            add.launch(stream, Grid.of(1), Block.of(128), 0, buffer, 16, 2);
        })) {
            assertThat(graph.kernels()).isEqualTo(2);
            assertThat(device.calls()).isEqualTo(before);
            graph.launch(stream);
            graph.launch(stream);
        }
        assertThat(device.calls().since(before)).isEqualTo(new CallCounts(2, 0, 0, 0));
        assertThat(trace).containsExactly("add_to_each", "add_to_each");
    }

    @Test
    void isMadeOnceAndClosedOnce() {
        driver.calls.clear();
        Graph graph = Graph.capture(stream, () -> buffer.fill(stream, (byte) 0));
        graph.launch(stream);
        graph.close();
        graph.close();
        assertThat(driver.calls)
                .containsExactly(
                        "beginCapture",
                        "fill",
                        "endCapture",
                        "instantiate",
                        "uploadGraph",
                        "destroyGraph",
                        "launchGraph",
                        "destroyExecutable");
    }

    @Test
    void whatCannotBeCapturedIsNamed() {
        refuses(stream::synchronize, "waiting for the GPU");
        refuses(() -> device.allocate("qkv", 8), "allocating 8 bytes for qkv on no GPU");
        refuses(() -> buffer.upload(stream, MemorySegment.ofArray(new byte[7])), "copying 7 bytes to the GPU");
        refuses(() -> buffer.download(stream, MemorySegment.ofArray(new byte[7])), "copying 7 bytes from the GPU");
        refuses(buffer::close, "freeing 64 bytes on no GPU");
        assertThatThrownBy(() -> Graph.capture(stream, () -> Graph.capture(stream, () -> {})))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a graph is being captured, and it cannot hold another");
    }

    private void refuses(Runnable work, String what) {
        CallCounts before = device.calls();
        driver.calls.clear();
        assertThatThrownBy(() -> Graph.capture(stream, work))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a graph is being captured, and it cannot hold this: " + what + "; do it before");
        assertThat(driver.calls).containsExactly("beginCapture", "endCapture", "destroyGraph");
        assertThat(device.calls()).isEqualTo(before);
        stream.synchronize(); // and the stream is as it was
    }

    @Test
    void whatTheDriverRefusesInACaptureIsNamed() {
        driver.fail("fill", CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
        driver.fail("endCapture", CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
        assertThatThrownBy(() -> Graph.capture(stream, () -> buffer.fill(stream, (byte) 0)))
                .isExactlyInstanceOf(BackendException.class)
                .hasMessage("filling 64 bytes on the GPU: CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED (900)");
        assertThatThrownBy(() -> Graph.capture(stream, () -> {}))
                .isExactlyInstanceOf(BackendException.class)
                .hasMessage("capturing a graph: CUDA_ERROR_STREAM_CAPTURE_INVALIDATED (901)");
    }

    @Test
    void aGraphThatDoesNotReachTheGpuIsClosed() {
        driver.fail("uploadGraph", CUresult.CUDA_ERROR_OUT_OF_MEMORY);
        driver.calls.clear();
        assertThatThrownBy(() -> Graph.capture(stream, () -> {}))
                .hasMessage("copying a graph to the GPU: CUDA_ERROR_OUT_OF_MEMORY (2)");
        assertThat(driver.calls)
                .containsExactly(
                        "beginCapture",
                        "endCapture",
                        "instantiate",
                        "uploadGraph",
                        "destroyExecutable",
                        "destroyGraph");
    }

    @Test
    void aLostDeviceIsNotAskedToEndTheCapture() {
        driver.fail("fill", CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
        driver.calls.clear();
        assertThatThrownBy(() -> Graph.capture(stream, () -> buffer.fill(stream, (byte) 0)))
                .isInstanceOf(DeviceLostException.class);
        assertThat(driver.calls).containsExactly("beginCapture", "fill");
    }
}
