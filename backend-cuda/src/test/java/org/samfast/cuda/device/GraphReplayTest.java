package org.samfast.cuda.device;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("gpu")
class GraphReplayTest {
    private static final int COUNT = 100_003;
    private static final long BYTES = 4L * COUNT;

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
    void aGraphGivesTheBitsOfItsLaunchesForEachInput() {
        try (PinnedBuffer in = device.allocatePinned("in", BYTES);
                PinnedBuffer out = device.allocatePinned("out", BYTES);
                DeviceBuffer values = device.allocate("values", BYTES);
                DeviceBuffer copy = device.allocate("copy", BYTES)) {
            Runnable work = () -> work(in, values, copy, out);
            run(in, 0, work); // modules are loaded
            try (Graph graph = Graph.capture(stream, work)) {
                assertThat(graph.kernels()).isEqualTo(3);
                for (int seed = 1; seed <= 3; seed++) {
                    run(in, seed, work);
                    int[] direct = out.segment().toArray(JAVA_INT);
                    out.segment().fill((byte) -1);
                    CallCounts before = device.calls();
                    run(in, seed, () -> graph.launch(stream));
                    assertThat(device.calls().since(before)).isEqualTo(new CallCounts(1, 1, 0, 0));
                    assertThat(out.segment().toArray(JAVA_INT)).isEqualTo(direct);
                    int first = seed;
                    assertThat(direct)
                            .isEqualTo(IntStream.range(0, COUNT)
                                    .map(i -> 31 * i + first + 14)
                                    .toArray());
                }
            }
        }
    }

    /** In, 5 + 2 to each, copied on the GPU, 7 to each, out. */
    private static void work(PinnedBuffer in, DeviceBuffer values, DeviceBuffer copy, PinnedBuffer out) {
        values.uploadAsync(stream, in, 0, BYTES);
        add(values, 5);
        add(values, 2);
        copy.fill(stream, (byte) 0);
        copy.copyFrom(stream, values, BYTES);
        add(copy, 7);
        copy.downloadAsync(stream, out, 0, BYTES);
    }

    private static void run(PinnedBuffer in, int seed, Runnable work) {
        IntStream.range(0, COUNT).forEach(i -> in.segment().setAtIndex(JAVA_INT, i, 31 * i + seed));
        work.run();
        stream.synchronize();
    }

    private static void add(DeviceBuffer values, int addend) {
        device.function("device_test", "add_to_each")
                .launch(stream, Grid.of((COUNT + 127) / 128), Block.of(128), 0, values, COUNT, addend);
    }

    @Test
    void aRefusedCaptureLeavesTheStreamAsItWas() {
        try (DeviceBuffer values = device.allocate("values", BYTES)) {
            values.fill(stream, (byte) 0);
            assertThatThrownBy(() -> Graph.capture(stream, () -> {
                        add(values, 1);
                        stream.synchronize();
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("waiting for the GPU");
            add(values, 2);
            int[] back = new int[COUNT];
            values.download(stream, MemorySegment.ofArray(back));
            assertThat(back).containsOnly(2);
        }
    }
}
