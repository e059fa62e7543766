package org.samfast.cuda.device;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendException;

/**
 * The compiled kernels on the class path: machine code for the GPUs that the build knows, and PTX that the driver compiles
 * for every other one. The system property {@code sam.cuda.kernels=ptx} leaves the machine code aside, {@code
 * sam.cuda.kernels=portable} the kernels that are written for one architecture.
 */
final class KernelImages {
    static final String FOLDER = "/org/samfast/cuda/kernels/";

    private KernelImages() {}

    /**
     * The image of a module, as cuModuleLoadData takes it.
     *
     * @param module its path under src/main/cuda without .cu: {@code portable/linear}
     * @param ptxOnly leaves machine code aside
     * @throws BackendException where this build has none for that GPU
     */
    static byte[] of(String module, int computeCapability, boolean ptxOnly) {
        boolean compiles = ptxOnly || "ptx".equals(System.getProperty("sam.cuda.kernels"));
        byte[] machineCode = compiles ? null : machineCode(module, computeCapability);
        if (machineCode != null) {
            return machineCode;
        }
        byte[] ptx = resource(module + ".compute_80.ptx");
        if (ptx == null) {
            throw new BackendException("this build has no kernels '" + module + "' for compute capability "
                    + computeCapability / 10 + "." + computeCapability % 10);
        }
        // the driver wants a C string
        return Arrays.copyOf(ptx, ptx.length + 1);
    }

    /** Whether a kernel that has no portable form can run, and is wanted. */
    static boolean has(String module, int computeCapability) {
        String wanted = System.getProperty("sam.cuda.kernels", "");
        return !wanted.equals("ptx") && !wanted.equals("portable") && machineCode(module, computeCapability) != null;
    }

    private static byte @Nullable [] machineCode(String module, int computeCapability) {
        return resource(module + "." + architecture(computeCapability) + ".cubin");
    }

    /** {@code sm_90a} for 90: Hopper's own instructions need the letter, and such code runs on no other architecture. */
    static String architecture(int computeCapability) {
        return "sm_" + (computeCapability == 90 ? "90a" : computeCapability);
    }

    /** Whether the build found nvcc: it then lists what it compiled. */
    static boolean areThere() {
        return KernelImages.class.getResource(FOLDER + "index") != null;
    }

    private static byte @Nullable [] resource(String name) {
        try (InputStream in = KernelImages.class.getResourceAsStream(FOLDER + name)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
