package org.samfast.cli.bench;

/**
 * How often something is measured.
 *
 * @param warmup runs before that do not count
 * @param measured runs that count, at least 1
 * @param passes into how many parts these are cut, so that several subjects can take turns
 */
public record Rounds(int warmup, int measured, int passes) {
    /** Rounds with files at most: a file system needs no statistics of fifty. */
    private static final int WITH_FILES = 5;

    /** Before those of a pass: a pass after another's needs to get warm again. */
    int warmup(int pass) {
        return pass == 0 ? warmup : Math.min(1, warmup);
    }

    int perPass() {
        return Math.ceilDiv(measured, passes);
    }

    Rounds withFiles() {
        return new Rounds(Math.min(1, warmup), Math.min(WITH_FILES, measured), passes);
    }

    int total(int pass) {
        return warmup(pass) + perPass();
    }
}
