package org.samfast.cuda.device;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** What memory is held for; for any thread. */
final class Holdings {
    private final Map<Long, Held> byAddress = new ConcurrentHashMap<>();

    private record Held(String what, long bytes) {}

    void take(long address, String what, long bytes) {
        byAddress.put(address, new Held(what, bytes));
    }

    void giveBack(long address) {
        byAddress.remove(address);
    }

    /** Bytes by the name that they were asked for under. */
    Map<String, Long> byName() {
        Map<String, Long> sums = new TreeMap<>();
        byAddress.values().forEach(held -> sums.merge(held.what, held.bytes, Long::sum));
        return sums;
    }
}
