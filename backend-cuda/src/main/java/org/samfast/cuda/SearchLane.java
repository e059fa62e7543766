package org.samfast.cuda;

import java.util.List;
import org.samfast.backend.CandidateRequest;
import org.samfast.cuda.decoder.MaskDecoder;
import org.samfast.cuda.decoder.PromptPair;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Transfers;

/** All that a search needs to go on beside the engine's other calls. */
final class SearchLane implements AutoCloseable {
    private final Stream stream;
    private final Transfers transfers;
    private final MaskDecoder decoder;
    private final CandidateSearch search;

    /** Owns the decoder. */
    SearchLane(Device device, MaskDecoder decoder) {
        this.decoder = decoder;
        stream = device.newStream();
        transfers = new Transfers(device, stream);
        search = new CandidateSearch(device, stream, transfers, decoder);
    }

    FoundCandidates find(CandidateRequest request, List<PromptPair> pairs, Transfers results) {
        return search.find(request, pairs, results);
    }

    /** After a search that failed half-way: nothing of it is in flight, and its copies give their room back. */
    void settle() {
        transfers.finish();
        transfers.reset();
    }

    @Override
    public void close() {
        search.close();
        decoder.close();
        transfers.close();
        stream.close();
    }
}
