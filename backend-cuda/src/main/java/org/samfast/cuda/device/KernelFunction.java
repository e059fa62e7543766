package org.samfast.cuda.device;

import java.util.Arrays;
import java.util.List;

/** A kernel, and the one place that launches. */
public final class KernelFunction {
    /** What a block gets without asking. */
    private static final int SHARED_BYTES = 48 << 10;

    private final Device device;
    private final String entry;
    private final Handles.OfFunction handle;
    private final List<Integer> parameterBytes;
    private final boolean overlaps;
    private int allowedSharedBytes = SHARED_BYTES;

    /** @param overlaps it waits by itself for what is before it in the stream */
    KernelFunction(
            Device device, String entry, Handles.OfFunction handle, List<Integer> parameterBytes, boolean overlaps) {
        this.device = device;
        this.entry = entry;
        this.handle = handle;
        this.parameterBytes = parameterBytes;
        this.overlaps = overlaps;
    }

    /** The same kernel, launched on another device: one that does not need its machine code. */
    KernelFunction on(Device other) {
        return new KernelFunction(other, entry, handle, parameterBytes, false);
    }

    /**
     * Puts the kernel into the stream. With the environment variable SAM_CUDA_SYNC=1 it also waits for its end, so that an
     * error names the kernel that made it.
     *
     * @param work what for, to be told in a trace
     * @param sharedBytes dynamic shared memory of a block
     * @param args the kernel's parameters in order: a DeviceBuffer is passed as pointer, an Integer as int, a Float as float,
     *     a Long as long long, a {@link TensorMap} by value
     * @throws IllegalArgumentException where they are not the kernel's by count or size
     */
    public void launch(Stream stream, Work work, Grid grid, Block block, int sharedBytes, Object... args) {
        check(args);
        allow(sharedBytes);
        Object[] given = device.fault().arguments(entry, args);
        boolean early = overlaps && !stream.separatesKernels();
        stream.timed(
                () -> Timeline.Item.kernel(entry, new Timeline.Shape(grid, block, sharedBytes), work),
                () -> stream.launch(
                        driver -> driver.launch(handle, grid, block, sharedBytes, stream.handle(), early, given),
                        () -> text(grid, block, sharedBytes)));
        device.launched(entry);
    }

    /** The same of a kernel that does not tell what for. */
    public void launch(Stream stream, Grid grid, Block block, int sharedBytes, Object... args) {
        launch(stream, Work.UNTOLD, grid, block, sharedBytes, args);
    }

    private String text(Grid grid, Block block, int sharedBytes) {
        return entry + "<<<" + grid + "," + block + "," + sharedBytes + ">>>";
    }

    private synchronized void allow(int sharedBytes) {
        if (sharedBytes > allowedSharedBytes) {
            device.gate()
                    .call(
                            Gate.Kind.OTHER,
                            driver -> driver.allowSharedBytes(handle, sharedBytes),
                            () -> entry + ": asking for " + sharedBytes + " bytes of shared memory");
            allowedSharedBytes = sharedBytes;
        }
    }

    private void check(Object[] args) {
        List<Integer> given = Arrays.stream(args).map(LaunchArguments::bytes).toList();
        if (!given.equals(parameterBytes)) {
            throw mismatch(args);
        }
    }

    private IllegalArgumentException mismatch(Object[] args) {
        List<String> types =
                Arrays.stream(args).map(arg -> arg.getClass().getSimpleName()).toList();
        return new IllegalArgumentException(
                entry + ": the kernel's parameters have " + parameterBytes + " bytes, got " + types);
    }
}
