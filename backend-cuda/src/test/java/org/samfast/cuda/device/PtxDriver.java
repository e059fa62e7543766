package org.samfast.cuda.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import jcuda.driver.CUevent;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;

/**
 * A driver that runs nothing: it holds every launch against the declaration of its kernel in this build's PTX. Memory is
 * endless and is not there. So launchers, and whatever calls them, are tested without a GPU.
 */
public final class PtxDriver implements Driver {
    /** What a block may have on every GPU since compute capability 8.0: sm_86 and sm_89 have the least. */
    private static final int MOST_SHARED_BYTES = 99 << 10;

    private final IdentityHashMap<CUmodule, Map<String, PtxEntry>> modules = new IdentityHashMap<>();
    private final IdentityHashMap<Handles.OfFunction, PtxEntry> functions = new IdentityHashMap<>();
    private final IdentityHashMap<CUevent, Integer> marks = new IdentityHashMap<>();
    private final Set<String> declared = new TreeSet<>();
    private final Set<String> launched = new TreeSet<>();
    private final Map<Long, Arena> pinned = new HashMap<>();
    private int marked;
    private long nextAddress = 1L << 40;

    public Device device() {
        return new Device(this);
    }

    /** Every kernel of the modules that were loaded. */
    public Set<String> declared() {
        return Collections.unmodifiableSet(declared);
    }

    public Set<String> launched() {
        return Collections.unmodifiableSet(launched);
    }

    /** A capability for which no build has machine code. */
    @Override
    public Gpu gpu() {
        return new Gpu("no GPU", 999, 132, 1000, "none");
    }

    @Override
    public int load(CUmodule loaded, byte[] image) {
        Map<String, PtxEntry> entries = PtxEntry.all(new String(image, StandardCharsets.UTF_8));
        modules.put(loaded, entries);
        declared.addAll(entries.keySet());
        return 0;
    }

    @Override
    public int function(Handles.OfFunction found, CUmodule module, String entry) {
        PtxEntry declaration = Objects.requireNonNull(modules.get(module)).get(entry);
        if (declaration == null) {
            return CUresult.CUDA_ERROR_NOT_FOUND;
        }
        functions.put(found, declaration);
        return 0;
    }

    private PtxEntry entry(Handles.OfFunction function) {
        return Objects.requireNonNull(functions.get(function));
    }

    @Override
    public int parameterBytes(long[] bytes, Handles.OfFunction function, int index) {
        PtxEntry entry = entry(function);
        if (index >= entry.types().size()) {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }
        bytes[0] = entry.bytes(index);
        return 0;
    }

    @Override
    public int launch(
            Handles.OfFunction function,
            Grid grid,
            Block block,
            int sharedBytes,
            Handles.OfStream stream,
            boolean overlaps,
            Object... arguments) {
        PtxEntry entry = entry(function);
        for (int i = 0; i < arguments.length; i++) {
            if (!entry.takes(i, arguments[i])) {
                throw new AssertionError(entry + ": parameter " + i + " got a "
                        + arguments[i].getClass().getSimpleName());
            }
        }
        int threads = block.x() * block.y() * block.z();
        if (threads > entry.mostThreads() || sharedBytes > MOST_SHARED_BYTES || grid.y() > 65535 || grid.z() > 65535) {
            throw new AssertionError(entry + ": launched with " + grid + ", " + block + ", " + sharedBytes);
        }
        launched.add(entry.name());
        return 0;
    }

    @Override
    public int allocate(long[] address, long bytes) {
        address[0] = nextAddress;
        nextAddress += bytes + 255 & -256;
        return 0;
    }

    @Override
    public int memory(long[] free, long[] total) {
        free[0] = 70L << 30;
        total[0] = 80L << 30;
        return 0;
    }

    @Override
    public int makeCurrent() {
        return 0;
    }

    @Override
    public int release() {
        return 0;
    }

    @Override
    public int free(long address) {
        return 0;
    }

    /** Unlike the GPU's this memory is there, since the host writes to it. */
    @Override
    public int allocatePinned(long[] address, long bytes) {
        Arena arena = Arena.ofShared();
        address[0] = arena.allocate(bytes).address();
        pinned.put(address[0], arena);
        return 0;
    }

    @Override
    public int freePinned(long address) {
        Objects.requireNonNull(pinned.remove(address)).close();
        return 0;
    }

    @Override
    public int createStream(Handles.OfStream created) {
        return 0;
    }

    @Override
    public int destroy(Handles.OfStream stream) {
        return 0;
    }

    @Override
    public int synchronize(Handles.OfStream stream) {
        return 0;
    }

    @Override
    public int createEvent(CUevent created) {
        return 0;
    }

    @Override
    public int destroy(CUevent event) {
        marks.remove(event);
        return 0;
    }

    @Override
    public int record(CUevent event, Handles.OfStream stream) {
        marks.put(event, ++marked);
        return 0;
    }

    @Override
    public int synchronize(CUevent event) {
        return 0;
    }

    @Override
    public int query(CUevent event) {
        return 0;
    }

    /** A millisecond from each mark to the next. */
    @Override
    public int elapsed(float[] millis, CUevent from, CUevent to) {
        millis[0] = Objects.requireNonNull(marks.get(to)) - Objects.requireNonNull(marks.get(from));
        return 0;
    }

    @Override
    public int unload(CUmodule module) {
        return 0;
    }

    @Override
    public int allowSharedBytes(Handles.OfFunction function, int bytes) {
        return 0;
    }

    @Override
    public int upload(long to, MemorySegment from, Handles.OfStream stream) {
        return 0;
    }

    @Override
    public int download(MemorySegment to, long from, Handles.OfStream stream) {
        to.fill((byte) 0);
        return 0;
    }

    @Override
    public int encodeTensorMap(
            MemorySegment map, long address, long columns, long rows, int boxColumns, int boxRows, int swizzle) {
        return 0;
    }

    @Override
    public int beginCapture(Handles.OfStream stream) {
        return 0;
    }

    @Override
    public int endCapture(long[] graph, Handles.OfStream stream) {
        graph[0] = 1;
        return 0;
    }

    @Override
    public int instantiate(long[] executable, long graph) {
        executable[0] = 1;
        return 0;
    }

    @Override
    public int uploadGraph(long executable, Handles.OfStream stream) {
        return 0;
    }

    @Override
    public int launchGraph(long executable, Handles.OfStream stream) {
        return 0;
    }

    @Override
    public int destroyGraph(long graph) {
        return 0;
    }

    @Override
    public int destroyExecutable(long executable) {
        return 0;
    }

    @Override
    public int copy(long to, long from, long bytes, Handles.OfStream stream) {
        return 0;
    }

    @Override
    public int fill(long to, byte value, long bytes, Handles.OfStream stream) {
        return 0;
    }
}
