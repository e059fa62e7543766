package org.samfast.cuda.device;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.samfast.backend.BackendException;

@Tag("gpu")
class DeviceTest {
    private static final String MODULE = "device_test";

    @SuppressWarnings("NullAway.Init")
    private static Device device;

    @SuppressWarnings("NullAway.Init")
    private static Stream stream;

    @BeforeAll
    static void open() {
        device = Device.open();
        stream = device.newStream();
    }

    @AfterAll
    static void close() {
        stream.close();
        device.close();
    }

    @Test
    void saysWhatItRunsOn() {
        assertThat(device.name()).startsWith("NVIDIA");
        assertThat(device.driverVersion()).matches("\\d{3}\\.\\d+(\\.\\d+)?");
        assertThat(device.computeCapability()).isBetween(80, 200);
        assertThat(device.multiprocessors()).isPositive();
        assertThat(device.clockMhz()).isBetween(300, 5000);
    }

    @Test
    void launchesAKernelAndTracesIt() {
        List<String> trace = new ArrayList<>();
        device.trace(trace::add);
        int[] values = IntStream.range(0, 1000).toArray();
        try (DeviceBuffer buffer = device.allocate("values", 4000)) {
            buffer.upload(stream, MemorySegment.ofArray(values));
            add(buffer, 1000, 5);
            buffer.download(stream, MemorySegment.ofArray(values));
        }
        assertThat(values).containsExactly(IntStream.range(5, 1005).toArray());
        assertThat(trace).containsExactly("add_to_each");
    }

    @Test
    void copiesNativeMemoryHeapMemoryAndSlices() {
        int count = 9 << 20;
        int[] back = new int[count];
        try (Arena arena = Arena.ofConfined();
                DeviceBuffer from = device.allocate("from", 4L * count);
                DeviceBuffer to = device.allocate("to", 4L * count)) {
            MemorySegment values = arena.allocate(JAVA_INT, count);
            IntStream.range(0, count).forEach(i -> values.setAtIndex(JAVA_INT, i, i * 7));
            from.upload(stream, values);
            to.fill(stream, (byte) 1);
            to.slice(4, 4L * (count - 1)).copyFrom(stream, from, 4L * (count - 1));
            to.download(stream, MemorySegment.ofArray(back));
            to.upload(stream, MemorySegment.ofArray(back));
            to.download(stream, values);
            assertThat(values.toArray(JAVA_INT)).isEqualTo(back);
        }
        assertThat(back[0]).isEqualTo(0x01010101);
        assertThat(IntStream.range(1, count).allMatch(i -> back[i] == (i - 1) * 7))
                .isTrue();
    }

    @Test
    void pinnedMemoryGoesThereAndBackWithOneWait() {
        int count = 1 << 20;
        try (PinnedBuffer from = device.allocatePinned("from", 4L * count);
                PinnedBuffer to = device.allocatePinned("to", 4L * count);
                DeviceBuffer buffer = device.allocate("values", 4L * count)) {
            to.segment().fill((byte) 1);
            IntStream.range(0, count).forEach(i -> from.segment().setAtIndex(JAVA_INT, i, i * 7));
            add(buffer, 1, 0); // the module is loaded
            CallCounts before = device.calls();
            buffer.uploadAsync(stream, from, 8, 4L * (count - 2));
            add(buffer, count, 5);
            buffer.slice(4, 4L * (count - 3)).downloadAsync(stream, to, 4, 4L * (count - 3));
            stream.synchronize();
            assertThat(device.calls().since(before)).isEqualTo(new CallCounts(1, 1, 0, 0));
            assertThat(to.segment().getAtIndex(JAVA_INT, 0)).isEqualTo(0x01010101);
            assertThat(IntStream.range(1, count - 2)
                            .allMatch(i -> to.segment().getAtIndex(JAVA_INT, i) == (i + 2) * 7 + 5))
                    .isTrue();
        }
    }

    @Test
    void countsItsMemory() {
        long before = device.allocatedBytes();
        try (DeviceBuffer buffer = device.allocate("values", 1 << 20)) {
            assertThat(device.allocatedBytes()).isEqualTo(before + buffer.bytes());
        }
        assertThat(device.allocatedBytes()).isEqualTo(before);
        assertThat(device.peakBytes()).isGreaterThanOrEqualTo(before + (1 << 20));
    }

    @Test
    void anAllocationThatDoesNotFitSaysHowMuchIsFree() {
        assertThatThrownBy(() -> device.allocate("embeddings", 1L << 45))
                .isInstanceOf(BackendException.class)
                .hasMessageMatching("allocating 35184372088832 bytes for embeddings on NVIDIA .*, where \\d+ of \\d+ "
                        + "are free and \\d+ are taken here already: CUDA_ERROR_OUT_OF_MEMORY \\(2\\); "
                        + "use a smaller batch \\(--gpu-mem finds one that fits\\), or end other programs on this GPU");
        assertThatThrownBy(() -> device.allocate("nothing", 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLaunchThatTheDriverRefusesNamesKernelAndShape() {
        try (DeviceBuffer buffer = device.allocate("values", 4)) {
            assertThatThrownBy(() -> device.function(MODULE, "add_to_each")
                            .launch(stream, Grid.of(1, 70000), Block.of(32), 0, buffer, 1, 1))
                    .isInstanceOf(BackendException.class)
                    .hasMessage("add_to_each<<<(1,70000,1),(32,1,1),0>>>: CUDA_ERROR_INVALID_VALUE (1)");
        }
    }

    @Test
    void argumentsThatAreNotTheKernelsAreRefused() {
        KernelFunction kernel = device.function(MODULE, "write_far_outside");
        assertThatThrownBy(() -> kernel.launch(stream, Grid.of(1), Block.of(1), 0, DeviceBuffer.NONE, 1, 1f))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "write_far_outside: the kernel's parameters have [8, 8, 4] bytes, got [DeviceBuffer, Integer,"
                                + " Float]");
        assertThatThrownBy(() -> kernel.launch(stream, Grid.of(1), Block.of(1), 0, DeviceBuffer.NONE, 1L))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anUnknownKernelIsNamed() {
        assertThatThrownBy(() -> device.function(MODULE, "nothing"))
                .hasMessage("looking for kernel nothing in module device_test: CUDA_ERROR_NOT_FOUND (500)");
        assertThatThrownBy(() -> device.function("no/module", "nothing"))
                .hasMessageStartingWith("this build has no kernels 'no/module' for compute capability ");
    }

    @Test
    void eventsMeasureOnTheGpu() {
        try (DeviceBuffer buffer = device.allocate("values", 64 << 20);
                Event start = stream.record()) {
            for (int i = 0; i < 20; i++) {
                add(buffer, 16 << 20, 1);
            }
            try (Event end = stream.record()) {
                assertThat(end.millisSince(start)).isBetween(0.01, 1e4);
            }
        }
    }

    /** The error kills the process's context, so it is made in a process of its own. */
    @Test
    void aKernelThatWritesOutsideFailsWithItsName() throws Exception {
        assertThat(output("0")).contains("waiting for the GPU", "CUDA_ERROR_ILLEGAL_ADDRESS (700)");
        assertThat(output("1")).contains("write_far_outside<<<(1,1,1),(1,1,1),0>>>: CUDA_ERROR_ILLEGAL_ADDRESS (700)");
    }

    @Test
    void closingALostDeviceAndAllThatWasOnItThrowsNothing() throws Exception {
        assertThat(output("0", ClosesALostOne.class, 0)).contains("lost: waiting for the GPU", "all closed");
        assertThat(output("1", ClosesALostOne.class, 0)).contains("lost: write_far_outside<<<", "all closed");
    }

    private static String output(String waitForEachKernel) throws Exception {
        return output(waitForEachKernel, WritesFarOutside.class, 1);
    }

    private static String output(String waitForEachKernel, Class<?> main, int status) throws Exception {
        ProcessBuilder java = new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.library.path=" + System.getProperty("java.library.path"),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
        java.environment().put("SAM_CUDA_SYNC", waitForEachKernel);
        Process process = java.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(status);
        return output;
    }

    /** Ends with an exception, and exit code 1. */
    static final class WritesFarOutside {
        public static void main(String[] args) {
            Device broken = Device.open();
            Stream queue = broken.newStream();
            broken.function(MODULE, "write_far_outside")
                    .launch(queue, Grid.of(1), Block.of(1), 0, broken.allocate("values", 4), 1L << 40, 1f);
            queue.synchronize();
        }
    }

    /** In a process of its own, which CUDA is of no more use to afterwards. */
    static final class ClosesALostOne {
        public static void main(String[] args) {
            loseOne();
            System.out.println("all closed");
        }

        private static void loseOne() {
            try (Device broken = Device.open();
                    Stream queue = broken.newStream();
                    PinnedBuffer pinned = broken.allocatePinned("values", 4);
                    DeviceBuffer buffer = broken.allocate("values", 4)) {
                buffer.uploadAsync(queue, pinned, 0, 4);
                assertThatThrownBy(() -> {
                            broken.function(MODULE, "write_far_outside")
                                    .launch(queue, Grid.of(1), Block.of(1), 0, buffer, 1L << 40, 1f);
                            queue.synchronize();
                        })
                        .isInstanceOf(DeviceLostException.class)
                        .satisfies(lost -> System.out.println("lost: " + lost.getMessage()));
                assertThatThrownBy(() -> broken.allocate("values", 4)).isInstanceOf(DeviceLostException.class);
            }
        }
    }

    private static void add(DeviceBuffer values, int count, int addend) {
        device.function(MODULE, "add_to_each")
                .launch(stream, Grid.of((count + 127) / 128), Block.of(128), 0, values, count, addend);
    }
}
