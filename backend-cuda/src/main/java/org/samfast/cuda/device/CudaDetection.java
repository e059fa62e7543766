package org.samfast.cuda.device;

import java.io.IOException;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendException;

/**
 * Whether CUDA can be used here, or in one sentence why not. Asks libcuda by java.lang.foreign before anything touches JCuda,
 * whose classes stay unusable once they have failed to load.
 */
public final class CudaDetection {
    /** The driver whose CUDA is 13.0: what nvcc 13 compiles runs on it and on newer ones. */
    private static final String NEEDED = "580 or newer needed";

    private static final int NEEDED_CUDA = 13000;
    private static final Path DRIVER_FILE = Path.of("/proc/driver/nvidia/version");
    private static final Pattern RELEASE = Pattern.compile("\\s(\\d{3,}\\.\\d+(\\.\\d+)?)\\s");

    private final @Nullable String reason;
    private final LibCudaProbe.@Nullable Found gpu;
    private final String driverVersion;

    private CudaDetection(@Nullable String reason, LibCudaProbe.@Nullable Found gpu, String driverVersion) {
        this.reason = reason;
        this.gpu = gpu;
        this.driverVersion = driverVersion;
    }

    private static final class Here {
        private static final CudaDetection DETECTED = detect(LibCuda.find(), driverFile(), KernelImages.areThere());
    }

    /** What holds on this machine; asked once per process. */
    public static CudaDetection here() {
        return Here.DETECTED;
    }

    /**
     * @param libcuda empty where there is no such library
     * @param driverFile the text of /proc/driver/nvidia/version, empty where it cannot be read
     */
    static CudaDetection detect(Optional<SymbolLookup> libcuda, String driverFile, boolean hasKernels) {
        Matcher release = RELEASE.matcher(driverFile);
        String version = release.find() ? release.group(1) : "";
        if (libcuda.isEmpty()) {
            String found = version.isEmpty()
                    ? ""
                    : ", although the kernel's driver " + version + " runs: in a container, "
                            + "start it with --gpus all";
            return new CudaDetection("no NVIDIA driver (libcuda.so.1 not found" + found + ")", null, version);
        }
        return ask(new LibCudaProbe(libcuda.get()), version, hasKernels);
    }

    private static CudaDetection ask(LibCudaProbe libcuda, String release, boolean hasKernels) {
        int cuda = libcuda.driverVersion();
        String version = release.isEmpty() ? "for CUDA " + cuda / 1000 + "." + cuda % 1000 / 10 : release;
        if (cuda < NEEDED_CUDA) {
            return new CudaDetection("driver " + shortened(version) + " found, " + NEEDED, null, version);
        }
        try {
            LibCudaProbe.Found gpu = libcuda.firstUsableGpu();
            return new CudaDetection(hasKernels ? null : noKernels(), gpu, version);
        } catch (BackendException unusable) {
            return new CudaDetection(unusable.getMessage(), null, version);
        }
    }

    private static String shortened(String version) {
        return version.startsWith("for") ? version : version.substring(0, version.indexOf('.'));
    }

    private static String noKernels() {
        return "this build has no kernels (nvcc 13 not found at build time); use the release archive or install it";
    }

    private static String driverFile() {
        try {
            return Files.readString(DRIVER_FILE, StandardCharsets.UTF_8);
        } catch (IOException absent) {
            return "";
        }
    }

    /** Empty where CUDA can be used, otherwise one sentence for the user. */
    public Optional<String> unusableBecause() {
        return Optional.ofNullable(reason);
    }

    /** {@code NVIDIA H100 80GB HBM3, sm_90a, driver 580.159.04}; what was asked for where CUDA cannot be used. */
    public String description() {
        return gpu == null
                ? "CUDA kernels of sam"
                : gpu.name() + ", " + KernelImages.architecture(gpu.computeCapability()) + ", driver " + driverVersion;
    }

    /** {@code 580.159.04}, or {@code for CUDA 13.0} where the release is unknown. */
    String driverVersion() {
        return driverVersion;
    }

    /**
     * Which GPU to open.
     *
     * @throws BackendException where none can be used
     */
    int ordinal() {
        if (reason != null || gpu == null) {
            throw new BackendException("CUDA is not usable: " + reason);
        }
        return gpu.ordinal();
    }
}
