package org.samfast.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.samfast.backend.MemoryUse;
import org.samfast.backend.MemoryUse.Place;
import org.samfast.cuda.device.Device;

/** What a device's memory is held for, the tensors of a checkpoint summed by the part of the model. */
final class MemoryReport {
    private MemoryReport() {}

    static List<MemoryUse> of(Device device) {
        List<MemoryUse> uses = new ArrayList<>();
        add(uses, Place.DEVICE, device.held());
        add(uses, Place.PINNED, device.heldPinned());
        return uses;
    }

    private static void add(List<MemoryUse> uses, Place place, Map<String, Long> held) {
        Map<String, Long> sums = new TreeMap<>();
        held.forEach((what, bytes) -> sums.merge(title(what), bytes, Long::sum));
        sums.forEach((what, bytes) -> uses.add(new MemoryUse(place, what, bytes)));
    }

    /** Names of tensors have dots, those of buffers none. */
    private static String title(String what) {
        int dot = what.indexOf('.');
        return dot < 0 ? what : "weights of " + what.substring(0, dot);
    }
}
