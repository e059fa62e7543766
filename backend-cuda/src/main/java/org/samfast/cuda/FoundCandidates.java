package org.samfast.cuda;

import java.util.List;
import org.samfast.backend.CandidateMasks;
import org.samfast.backend.CandidateRequest;
import org.samfast.cuda.kernel.TraceCandidates.Traced;
import org.samfast.image.Size;
import org.samfast.mask.MaskCandidate;
import org.samfast.mask.RunLength;

/**
 * What a {@link CandidateSearch} brought to the host.
 *
 * @param found all masks that passed the filter by rating, ordered by point, then by output
 * @param changes the changes of those that passed all filters
 */
record FoundCandidates(List<Found> found, int[] changes) {
    /**
     * A mask.
     *
     * @param point index of its point in the request
     */
    record Found(int point, Traced traced) {}

    /** As the request's caller wants them; needs no device. */
    CandidateMasks masks(CandidateRequest request) {
        int[] stable = new int[request.points().size()];
        for (Found one : found) {
            stable[one.point] += one.traced.runs() == Traced.UNSTABLE ? 0 : 1;
        }
        List<MaskCandidate> masks = found.parallelStream()
                .filter(one -> one.traced.kept())
                .map(one -> candidate(one, request))
                .toList();
        return new CandidateMasks(masks, stable);
    }

    private MaskCandidate candidate(Found one, CandidateRequest request) {
        Traced traced = one.traced;
        RunLength runs = new RunLength(
                request.crop().size(), counts(traced, request.crop().size()));
        boolean whole = request.crop().size().equals(request.image());
        return new MaskCandidate(
                one.point,
                traced.iou(),
                traced.stability(),
                traced.edges().uncropped(request.crop()),
                whole ? runs : runs.uncropped(request.crop(), request.image()));
    }

    private int[] counts(Traced traced, Size size) {
        int[] counts = new int[traced.runs()];
        int from = Math.toIntExact(traced.at());
        int before = 0;
        for (int i = 0; i < counts.length - 1; i++) {
            int change = changes[from + i];
            counts[i] = change - before;
            before = change;
        }
        counts[counts.length - 1] = Math.toIntExact(size.area()) - before;
        return counts;
    }
}
