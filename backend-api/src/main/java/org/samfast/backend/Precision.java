package org.samfast.backend;

/** What a backend computes in; what a checkpoint stores is a different thing. */
public enum Precision {
    FP32,
    FP16,
    BF16
}
