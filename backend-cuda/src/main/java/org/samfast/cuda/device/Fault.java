package org.samfast.cuda.device;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fault made on purpose, to see that a run gets over it: the system property {@code sam.cuda.fault=patchify_bf16:9} lets the
 * ninth launch of that kernel read and write where nothing is, {@code rel_pos:5} doubles the tables of relative positions of block 5.
 */
final class Fault {
    private static final String PROPERTY = "sam.cuda.fault";
    private static final long FAR_AWAY = 1L << 42;

    static final Fault NONE = new Fault("", 0);

    private final String entry;
    private final int number;
    private final AtomicInteger launchesUntil;

    private Fault(String entry, int launch) {
        this.entry = entry;
        number = launch;
        launchesUntil = new AtomicInteger(launch);
    }

    /** {@link #NONE} where nothing is asked for. */
    static Fault asked() {
        String asked = System.getProperty(PROPERTY, "");
        int colon = asked.indexOf(':');
        try {
            return colon < 0 && asked.isEmpty()
                    ? NONE
                    : new Fault(asked.substring(0, colon), Integer.parseInt(asked.substring(colon + 1)));
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    "-D" + PROPERTY + ": expected KERNEL:LAUNCH, for example patchify_bf16:9, got '" + asked + "'", e);
        }
    }

    /** Whether that is what is to go wrong. */
    boolean isIn(String what, int which) {
        return what.equals(entry) && which == number;
    }

    /** What a kernel is launched with. */
    Object[] arguments(String kernel, Object... given) {
        if (!kernel.equals(entry) || launchesUntil.decrementAndGet() != 0) {
            return given;
        }
        return Arrays.stream(given)
                .map(argument -> argument instanceof DeviceBuffer buffer ? buffer.farAway(FAR_AWAY) : argument)
                .toArray();
    }
}
