package org.samfast.cuda.device;

import java.util.function.Supplier;
import jcuda.driver.CUresult;
import org.samfast.backend.BackendException;

/** Turns a result of the CUDA driver into an exception that says what was being done. */
final class DriverResult {
    private DriverResult() {}

    static void check(int result, Supplier<String> doing) {
        if (result != CUresult.CUDA_SUCCESS) {
            throw new BackendException(doing.get() + ": " + name(result));
        }
    }

    /** {@code CUDA_ERROR_OUT_OF_MEMORY (2)}. */
    static String name(int result) {
        return CUresult.stringFor(result) + " (" + result + ")";
    }
}
