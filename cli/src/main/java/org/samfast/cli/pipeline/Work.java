package org.samfast.cli.pipeline;

import java.io.IOException;
import java.util.List;

/**
 * What a run does with each input, in three stages that overlap for different inputs: reading on several threads,
 * computing on one or, where the backend gains by it, several, writing on several.
 *
 * @param <I> an input
 * @param <D> what reading makes of it
 * @param <R> what computing makes of that
 */
public interface Work<I, D, R> {
    /** The input's name for people. */
    String name(I input);

    /** Reads one input; called by several threads. */
    D read(I input) throws IOException;

    /** How much memory what was read and its result take together, in bytes; an estimate is enough. */
    long bytes(D read);

    /** Called once, before the first batch is computed; what it throws ends the run. */
    default void open() throws IOException {}

    /**
     * The results of a batch in its order; called by as many threads as there may be calls, and for the parts of a batch that
     * failed as a whole.
     */
    List<R> compute(List<D> batch) throws IOException;

    /** Writes one result; called by several threads. */
    InOrder write(R result) throws IOException;

    /** The lines for stdout where an input failed, none if not said otherwise; stderr is told anyway. */
    default List<String> failed(I input, String error) throws IOException {
        return List.of();
    }

    /** How a run that was stopped goes on, as the end of a sentence; empty where it has to start anew. */
    default String goesOn() {
        return "";
    }

    /** What is left to do once a result is written, on one thread and in the order of the inputs. */
    @FunctionalInterface
    interface InOrder {
        /** Does it; the lines for stdout. */
        List<String> finish() throws IOException;
    }
}
