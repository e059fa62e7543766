package org.samfast.cuda.device;

/**
 * A GPU that sam can use.
 *
 * @param computeCapability 90 for 9.0
 * @param clockMhz the highest clock of its multiprocessors
 * @param driverVersion the driver's release, {@code 580.159.04}, or the CUDA version it supports where that is unknown
 */
record Gpu(String name, int computeCapability, int multiprocessors, int clockMhz, String driverVersion) {}
