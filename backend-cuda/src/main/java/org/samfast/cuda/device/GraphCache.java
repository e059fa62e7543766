package org.samfast.cuda.device;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Sequences of launches that recur, each captured when its shape comes for the second time and from then on one launch. The
 * first run loads what a capture cannot, and spares a program that runs once the price of capturing. For one thread at a time.
 *
 * @param <K> what the sequence depends on, beside the contents of its buffers
 */
public final class GraphCache<K> implements AutoCloseable {
    /** Set to {@code off} for launches one by one, to compare with. */
    private static final boolean ON = !"off".equals(System.getProperty("sam.cuda.graphs"));

    /** A graph of some 300 kernels takes about 1 MB. */
    private static final int KEPT = 32;

    private final String name;
    private final SequencedMap<K, Graph> graphs = new LinkedHashMap<>(KEPT, 0.75f, true);
    private final Set<K> seen = new HashSet<>();

    /** @param name what the sequence does, for a trace */
    public GraphCache(String name) {
        this.name = name;
    }

    /** Puts the launches into the stream. */
    public void run(Stream stream, K shape, Runnable launches) {
        stream.timed(() -> Timeline.Item.sequence(name), () -> put(stream, shape, launches));
    }

    private void put(Stream stream, K shape, Runnable launches) {
        Graph graph = graphs.get(shape);
        if (stream.separatesKernels()) {
            launches.run();
        } else if (graph != null) {
            graph.launch(stream);
        } else if (!ON || !stream.device().tuning().graphs() || seen.add(shape)) {
            launches.run();
        } else {
            capture(stream, shape, launches).launch(stream);
        }
    }

    private Graph capture(Stream stream, K shape, Runnable launches) {
        if (graphs.size() == KEPT) {
            graphs.pollFirstEntry().getValue().close();
        }
        Graph graph = Graph.capture(stream, launches);
        graphs.put(shape, graph);
        return graph;
    }

    /** Forgets all graphs, since buffers that they name are about to move; no graph may be in flight. */
    public void clear() {
        graphs.values().forEach(Graph::close);
        graphs.clear();
        seen.clear();
    }

    @Override
    public void close() {
        clear();
    }
}
