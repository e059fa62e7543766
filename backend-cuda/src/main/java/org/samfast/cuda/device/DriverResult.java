package org.samfast.cuda.device;

import java.util.function.Supplier;
import jcuda.driver.CUresult;
import org.samfast.backend.BackendException;

/** What the results of the CUDA driver mean. */
final class DriverResult {
    private DriverResult() {}

    /** Turns a failure where no device is open into an exception that says what was being done. */
    static void check(int result, Supplier<String> doing) {
        if (result != CUresult.CUDA_SUCCESS) {
            throw new BackendException(doing.get() + ": " + name(result));
        }
    }

    /** {@code CUDA_ERROR_OUT_OF_MEMORY (2)}. */
    static String name(int result) {
        return CUresult.stringFor(result) + " (" + result + ")";
    }

    /** Errors after which the context fails every call: the "sticky" ones of the CUDA driver API's list of CUresult. */
    static boolean losesTheDevice(int result) {
        return switch (result) {
            case CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
                    CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
                    CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED,
                    CUresult.CUDA_ERROR_ASSERT,
                    CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
                    CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
                    CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
                    CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
                    CUresult.CUDA_ERROR_INVALID_PC,
                    CUresult.CUDA_ERROR_LAUNCH_FAILED -> true;
            default -> false;
        };
    }
}
