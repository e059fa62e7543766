package org.samfast.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.samfast.backend.CandidateMasks;
import org.samfast.backend.CandidateRequest;
import org.samfast.cuda.kernel.TraceCandidates.Traced;
import org.samfast.image.Size;
import org.samfast.mask.MaskCandidate;
import org.samfast.mask.RunLength;

/**
 * What a {@link CandidateSearch} brought to the host, in page-locked memory of its copies.
 *
 * @param found all masks that passed the filter by rating, ordered by point, then by output
 * @param changes int, the changes of those that passed all filters
 */
record FoundCandidates(List<Found> found, MemorySegment changes) {
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
        int last = counts.length - 1;
        MemorySegment.copy(changes, ValueLayout.JAVA_INT, traced.at() * Integer.BYTES, counts, 0, last);
        counts[last] = Math.toIntExact(size.area());
        for (int i = last; i > 0; i--) {
            counts[i] -= counts[i - 1];
        }
        return counts;
    }
}
