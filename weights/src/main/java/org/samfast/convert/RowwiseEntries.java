package org.samfast.convert;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.samfast.checkpoint.SafetensorsWriter.Entry;
import org.samfast.checkpoint.SafetensorsWriter.Spec;
import org.samfast.tensor.Shape;

/** Tensors to write that are made some rows at a time and lie in an arena, not in Java's heap, which grows by what was thrown away. */
final class RowwiseEntries {
    private final List<Spec> specs;
    private final List<MemorySegment> data;
    private final long[] filled;
    private final ValueLayout[] units;

    RowwiseEntries(List<Spec> specs, Arena arena) {
        this.specs = specs;
        this.data = specs.stream()
                .map(spec -> arena.allocate(Shape.bytes(spec.dtype(), spec.shape()), Long.BYTES))
                .toList();
        this.filled = new long[specs.size()];
        this.units = new ValueLayout[specs.size()];
    }

    /** Puts the next rows of every tensor behind those that are there. */
    void add(List<Entry> rows) {
        for (int i = 0; i < rows.size(); i++) {
            Entry entry = rows.get(i);
            long bytes = entry.data().byteSize();
            MemorySegment.copy(entry.data(), 0, data.get(i), filled[i], bytes);
            filled[i] += bytes;
            units[i] = entry.unit();
        }
    }

    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < units.length; i++) {
            Spec spec = specs.get(i);
            entries.add(new Entry(
                    spec.name(), spec.dtype(), spec.shape(), data.get(i).asSlice(0, filled[i]), units[i]));
        }
        return entries;
    }
}
