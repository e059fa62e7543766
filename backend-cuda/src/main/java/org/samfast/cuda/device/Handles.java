package org.samfast.cuda.device;

import jcuda.driver.CUfunction;
import jcuda.driver.CUstream;

/** JCuda's handles with their addresses, which it hides and which calls by java.lang.foreign need. */
final class Handles {
    private Handles() {}

    static final class OfFunction extends CUfunction {
        long address() {
            return getNativePointer();
        }
    }

    static final class OfStream extends CUstream {
        long address() {
            return getNativePointer();
        }
    }
}
