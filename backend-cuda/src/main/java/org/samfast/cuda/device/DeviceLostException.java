package org.samfast.cuda.device;

import org.samfast.backend.BackendException;

/**
 * A kernel or the hardware has failed such that CUDA takes no more calls in this context: whatever was on the GPU is gone, and
 * each call on the device ends with this. Closing what was made on the device, and then the device itself, does not. CUDA opens
 * no other context in the same process.
 */
public final class DeviceLostException extends BackendException {
    private static final long serialVersionUID = 1;

    DeviceLostException(String message) {
        super(message);
    }

    /** A call after the one that found it out. */
    DeviceLostException(DeviceLostException first) {
        super("the GPU is lost since an earlier error: " + first.getMessage(), first);
    }
}
