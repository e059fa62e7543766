package org.samfast.cuda.kernel;

import org.samfast.cuda.device.Element;

/** How far a kernel's output may be from the reference, as relative error over all elements. */
final class Tolerance {
    /** Sums of up to a few thousand products in fp32, in any order. */
    static final double SUMMED = 1e-5;

    private Tolerance() {}

    /** Computed in fp32, then stored: rounding to bf16 is off by 2^-9 at most. */
    static double stored(Element element) {
        return element == Element.BF16 ? SUMMED + 0x1p-9 : SUMMED;
    }
}
