package org.samfast.cuda.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import org.samfast.backend.BackendException;

/** What libcuda says of this machine, before a context is made. */
final class LibCudaProbe {
    private static final int NEEDED_CAPABILITY = 80;
    private static final int NAME_BYTES = 256;

    /** A GPU; compute capability 90 for 9.0. */
    record Found(int ordinal, String name, int computeCapability) {}

    private final SymbolLookup libcuda;

    LibCudaProbe(SymbolLookup libcuda) {
        this.libcuda = libcuda;
    }

    /** The CUDA version of the driver: 13000 for 13.0. */
    int driverVersion() {
        MethodHandle function = LibCuda.function(libcuda, "cuDriverGetVersion", ADDRESS);
        return number("asking for the driver's version", out -> (int) function.invokeExact(out));
    }

    /**
     * The first GPU that the kernels run on.
     *
     * @throws BackendException with the sentence for the user where there is none
     */
    Found firstUsableGpu() {
        start();
        List<Found> all = all();
        return all.stream()
                .filter(gpu -> gpu.computeCapability() >= NEEDED_CAPABILITY)
                .findFirst()
                .orElseThrow(() -> new BackendException(all.isEmpty() ? noGpu() : tooOld(all.getFirst())));
    }

    private void start() {
        MethodHandle init = LibCuda.function(libcuda, "cuInit", JAVA_INT);
        int result = LibCuda.call(() -> (int) init.invokeExact(0));
        if (result == CUresult.CUDA_ERROR_NO_DEVICE) {
            throw new BackendException(noGpu());
        }
        DriverResult.check(result, () -> "the NVIDIA driver does not start (cuInit)");
    }

    private List<Found> all() {
        MethodHandle count = LibCuda.function(libcuda, "cuDeviceGetCount", ADDRESS);
        int gpus = number("counting the GPUs", out -> (int) count.invokeExact(out));
        List<Found> all = new ArrayList<>();
        for (int i = 0; i < gpus; i++) {
            all.add(gpu(i));
        }
        return all;
    }

    private Found gpu(int ordinal) {
        MethodHandle get = LibCuda.function(libcuda, "cuDeviceGet", ADDRESS, JAVA_INT);
        int device = number("opening GPU " + ordinal, out -> (int) get.invokeExact(out, ordinal));
        return new Found(
                ordinal,
                name(device),
                10 * attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                        + attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR));
    }

    private String name(int device) {
        MethodHandle getName = LibCuda.function(libcuda, "cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(NAME_BYTES);
            DriverResult.check(
                    LibCuda.call(() -> (int) getName.invokeExact(name, NAME_BYTES, device)),
                    () -> "asking for the GPU's name");
            return name.getString(0);
        }
    }

    private int attribute(int device, int attribute) {
        MethodHandle get = LibCuda.function(libcuda, "cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT);
        return number("asking for the GPU's compute capability", out -> (int) get.invokeExact(out, attribute, device));
    }

    /** A call that writes one int. */
    private interface IntCall {
        int result(MemorySegment out) throws Throwable;
    }

    private static int number(String doing, IntCall call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_INT);
            DriverResult.check(LibCuda.call(() -> call.result(out)), () -> doing);
            return out.get(JAVA_INT, 0);
        }
    }

    private static String noGpu() {
        return "no NVIDIA GPU found, although a driver is there (in a container: start it with --gpus all)";
    }

    private static String tooOld(Found gpu) {
        return gpu.name() + " has compute capability " + gpu.computeCapability() / 10 + "."
                + gpu.computeCapability() % 10 + ", 8.0 or newer needed (Ampere, Ada, Hopper, Blackwell)";
    }
}
