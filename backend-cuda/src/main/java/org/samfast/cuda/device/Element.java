package org.samfast.cuda.device;

/** What a kernel reads and writes: bf16 to run, fp32 as the reference on the device. All kernels compute in fp32. */
public enum Element {
    BF16(2, "bf16"),
    FP32(4, "fp32");

    private final int bytes;
    private final String suffix;

    Element(int bytes, String suffix) {
        this.bytes = bytes;
        this.suffix = suffix;
    }

    public int bytes() {
        return bytes;
    }

    /** The end of an entry's name: {@code layer_norm_bf16}. */
    public String suffix() {
        return suffix;
    }
}
