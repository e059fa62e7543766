package org.samfast.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.samfast.backend.CandidateRequest;
import org.samfast.cuda.decoder.MaskDecoder;
import org.samfast.cuda.decoder.PromptPair;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceLostException;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Transfers;

/**
 * Searches that go on beside each other, as many as there are lanes: the ends of one's kernels, and its short ones, leave less of
 * the GPU idle. For as many threads at a time.
 */
final class SearchLanes implements AutoCloseable {
    /** Of what is copied while the next search goes on already. */
    private final Stream copying;

    private final TransferPool results;
    private final List<SearchLane> all = new ArrayList<>();
    /** The one that has been free the longest comes first, so that searches in turn, too, take the memory of all. */
    private final Deque<SearchLane> free;

    /** @param decoder whose weights each lane uses, with memory of its own */
    SearchLanes(Device device, MaskDecoder decoder, int lanes) {
        copying = device.newStream();
        results = new TransferPool(device, copying);
        for (int i = 0; i < lanes; i++) {
            all.add(new SearchLane(device, decoder.another()));
        }
        free = new ArrayDeque<>(all);
    }

    /** For each search what takes its results, until they are Java's. */
    TransferPool results() {
        return results;
    }

    /** Searches that there may be at a time. */
    int count() {
        return all.size();
    }

    /** The request's candidates, once those results are waited for. */
    FoundCandidates find(CandidateRequest request, List<PromptPair> pairs, Transfers into) {
        SearchLane lane = take();
        try {
            return lane.find(request, pairs, into);
        } catch (DeviceLostException e) {
            throw e; // nothing can be waited for
        } catch (RuntimeException e) {
            lane.settle();
            throw e;
        } finally {
            giveBack(lane);
        }
    }

    private synchronized SearchLane take() {
        return free.removeFirst();
    }

    private synchronized void giveBack(SearchLane lane) {
        free.addLast(lane);
    }

    @Override
    public void close() {
        all.forEach(SearchLane::close);
        results.close();
        copying.close();
    }
}
