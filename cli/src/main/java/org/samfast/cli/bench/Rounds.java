package org.samfast.cli.bench;

/**
 * How often something is measured.
 *
 * @param warmup runs before that do not count
 * @param measured runs that count, at least 1
 * @param passes into how many parts these are cut, so that several subjects can take turns
 * @param budgetSeconds a series of a pass ends early when it took that long, with three that count at least
 */
public record Rounds(int warmup, int measured, int passes, double budgetSeconds) {
    private static final int AT_LEAST = 3;

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
        return new Rounds(Math.min(1, warmup), Math.min(WITH_FILES, measured), passes, budgetSeconds);
    }

    /** For a trace: the median of a few runs. */
    public Rounds ofTrace() {
        return new Rounds(warmup, Math.min(WITH_FILES, measured), 1, budgetSeconds);
    }

    /** Whether a pass that has so many rounds, warm-up included, is at its end. */
    boolean ends(int pass, int rounds, double seconds) {
        boolean enough = rounds >= warmup(pass) + Math.min(AT_LEAST, perPass());
        return rounds >= total(pass) || (enough && seconds > budgetSeconds);
    }

    int total(int pass) {
        return warmup(pass) + perPass();
    }
}
