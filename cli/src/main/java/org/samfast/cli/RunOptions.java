package org.samfast.cli;

import picocli.CommandLine.Option;

/** What a command that computes takes of this machine, and whether it says so. */
final class RunOptions {
    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "CPU threads to compute with; default: one per core.")
    int threads;

    @Option(
            names = "--gpu-mem",
            paramLabel = "SIZE",
            converter = MemorySize.class,
            description =
                    "Take no more of the GPU's memory, for example 6g or 800m: as many images at once as fit, and an"
                            + " error where not even one does. Default: what is free. For backend cuda.")
    long gpuMemory;

    @Option(names = "--quiet", description = "Say nothing on stderr but errors.")
    boolean quiet;
}
