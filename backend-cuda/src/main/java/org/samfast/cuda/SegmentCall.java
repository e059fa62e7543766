package org.samfast.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.samfast.backend.SegmentRequest;
import org.samfast.cuda.device.Transfers;
import org.samfast.cuda.encoder.StagedImage;
import org.samfast.image.Size;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.Segmentation;

/**
 * A call of segment on its way: its images are copied to page-locked memory before it has its turn on the GPU, in the turn the
 * engine puts all of it into the stream and waits once, and its results become Java's after the turn, while the GPU works for
 * the next call.
 */
final class SegmentCall {
    private final Transfers transfers;
    private final List<Share> shares = new ArrayList<>();
    private final DecodedPairs decoded = new DecodedPairs();

    /** @param transfers of this call alone, until it has its results */
    SegmentCall(List<SegmentRequest> requests, Transfers transfers) {
        this.transfers = transfers;
        List<StagedImage> images = StagedImage.of(
                transfers, requests.stream().map(SegmentRequest::image).toList());
        int pair = 0;
        for (int i = 0; i < requests.size(); i++) {
            shares.add(new Share(requests.get(i), images.get(i), pair, new ArrayList<>()));
            pair += requests.get(i).prompts().size();
        }
    }

    /**
     * One image's part of the call.
     *
     * @param firstPair of its pairs of image and prompt, among those of the call
     * @param bits its masks as {@link org.samfast.cuda.kernel.UpscaleBits} makes them, in one or several pieces
     */
    record Share(SegmentRequest request, StagedImage image, int firstPair, List<MemorySegment> bits) {
        Size size() {
            return image.size();
        }

        int endPair() {
            return firstPair + request.prompts().size();
        }
    }

    Transfers transfers() {
        return transfers;
    }

    List<Share> shares() {
        return shares;
    }

    DecodedPairs decoded() {
        return decoded;
    }

    /** What was found, once the stream was waited for. */
    List<Segmentation> results() {
        return shares.parallelStream().map(this::segmentation).toList();
    }

    private Segmentation segmentation(Share share) {
        SegmentRequest request = share.request;
        MaskPrediction prediction = decoded.prediction(
                share.size(), share.firstPair, request.prompts().size());
        MaskRequest chosen = MaskRequest.of(request.choice(), request.prompts(), prediction);
        return new Segmentation(prediction, MaskFinish.scored(prediction, MaskFinish.Wanted.of(chosen), share.bits));
    }
}
