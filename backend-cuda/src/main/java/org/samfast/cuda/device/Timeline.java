package org.samfast.cuda.device;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one stream does between two marks each, from {@link #begin} until this is closed: kernels, copies and sequences
 * of launches that recur. For one thread at a time.
 */
public final class Timeline implements AutoCloseable {
    private final Stream stream;
    private final Thread thread = Thread.currentThread();
    private final boolean eachKernel;
    private final Event start;
    private final long startNanos;
    private final List<Event> marks = new ArrayList<>();
    private final List<Pending> pending = new ArrayList<>();
    private final List<HostSpan> onHost = new ArrayList<>();
    private boolean inSequence;
    /** Of the last item, as long as nothing else was put in. */
    private @Nullable Event end;

    /** What kind of work the stream did. */
    public enum Kind {
        KERNEL,
        COPY,
        /** What a graph would be made of; kernels and copies within it are items too where each is timed. */
        SEQUENCE
    }

    /** How a kernel was launched. */
    public record Shape(Grid grid, Block block, int sharedBytes) {}

    /** Something put into the stream. */
    public record Item(Kind kind, String name, @Nullable Shape shape, Work work) {
        static Item kernel(String entry, Shape shape, Work work) {
            return new Item(Kind.KERNEL, entry, shape, work);
        }

        static Item copy(String name, long bytes) {
            return new Item(Kind.COPY, name, null, Work.moving((double) bytes));
        }

        static Item sequence(String name) {
            return new Item(Kind.SEQUENCE, name, null, Work.UNTOLD);
        }
    }

    /** When the stream did it, in {@link System#nanoTime}'s time within some 20 microseconds. */
    public record Timed(Item item, long startNanos, long endNanos) {}

    /** Something that the host did in between. */
    public record HostSpan(String name, long startNanos, long endNanos) {}

    private record Pending(Item item, Event before, Event after) {}

    private Timeline(Stream stream, boolean eachKernel) {
        this.stream = stream;
        this.eachKernel = eachKernel;
        start = mark();
        stream.synchronize();
        startNanos = System.nanoTime();
    }

    /**
     * Begins one; a device has one at a time.
     *
     * @param eachKernel times every kernel by itself, without graphs and without overlap; otherwise a sequence that recurs is
     *     timed as a whole
     */
    public static Timeline begin(Stream stream, boolean eachKernel) {
        Timeline begun = new Timeline(stream, eachKernel);
        if (!stream.device().timeline().compareAndSet(null, begun)) {
            begun.close();
            throw new IllegalStateException("a timeline is kept already; close it before");
        }
        return begun;
    }

    private Event mark() {
        Event mark = stream.record();
        marks.add(mark);
        return mark;
    }

    /** Whether that is its stream, and the caller the thread whose work it is. */
    boolean isOf(Stream other) {
        return other == stream && Thread.currentThread() == thread;
    }

    /**
     * Where nothing lies between, the end of the item before: two marks cost the GPU some microseconds. Unless it is past that
     * already: then it waits for the host, which is no item's time.
     */
    private Event beginning(Item item) {
        Event before = end;
        end = null;
        return item.kind == Kind.SEQUENCE || before == null || before.isPassed() ? mark() : before;
    }

    /** Whether kernels are to be launched one by one. */
    boolean separatesKernels() {
        return eachKernel;
    }

    void around(Item item, Runnable put) {
        if (inSequence && !eachKernel) {
            put.run();
            return;
        }
        boolean before = inSequence;
        inSequence |= item.kind == Kind.SEQUENCE;
        try {
            int first = pending.size();
            Event from = beginning(item);
            put.run();
            Event to = mark();
            // what holds others begins with the first of them: until then the host was preparing it
            pending.add(new Pending(item, pending.size() > first ? pending.get(first).before : from, to));
            end = item.kind == Kind.SEQUENCE ? null : to;
        } finally {
            inSequence = before;
        }
    }

    void onHost(String name, Runnable work) {
        long from = System.nanoTime();
        work.run();
        onHost.add(new HostSpan(name, from, System.nanoTime()));
    }

    /** Waits for the stream; what it did, outer before inner. */
    public List<Timed> timed() {
        stream.synchronize();
        List<Timed> timed = new ArrayList<>();
        for (Pending one : pending) {
            timed.add(new Timed(one.item, nanos(one.before), nanos(one.after)));
        }
        timed.sort((a, b) -> a.startNanos != b.startNanos
                ? Long.compare(a.startNanos, b.startNanos)
                : Long.compare(b.endNanos, a.endNanos));
        return timed;
    }

    private long nanos(Event mark) {
        return startNanos + Math.round(mark.millisSince(start) * 1e6);
    }

    /** What the host did, in its order. */
    public List<HostSpan> onHost() {
        return List.copyOf(onHost);
    }

    @Override
    public void close() {
        stream.device().timeline().compareAndSet(this, null);
        marks.forEach(Event::close);
        marks.clear();
    }
}
