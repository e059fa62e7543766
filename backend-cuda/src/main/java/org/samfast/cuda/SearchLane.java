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
    /** Of what is copied while the next search goes on already. */
    private final Stream copying;

    private final TransferPool copies;
    private final MaskDecoder decoder;
    private final CandidateSearch search;

    /** Owns the decoder. */
    SearchLane(Device device, MaskDecoder decoder) {
        this.decoder = decoder;
        stream = device.newStream();
        transfers = new Transfers(device, stream);
        copying = device.newStream();
        copies = new TransferPool(device, copying);
        search = new CandidateSearch(device, stream, transfers, decoder);
    }

    /** For each search what takes its results, until they are Java's. */
    TransferPool copies() {
        return copies;
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
        copies.close();
        copying.close();
        stream.close();
    }
}
