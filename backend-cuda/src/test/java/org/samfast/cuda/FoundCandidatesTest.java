package org.samfast.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.samfast.backend.CandidateMasks;
import org.samfast.backend.CandidateRequest;
import org.samfast.backend.ImageEmbedding;
import org.samfast.cuda.FoundCandidates.Found;
import org.samfast.cuda.kernel.TraceCandidates.Traced;
import org.samfast.image.CropBox;
import org.samfast.image.Size;
import org.samfast.mask.MaskCandidate;
import org.samfast.mask.MaskEdges;
import org.samfast.mask.RunLength;
import org.samfast.prompt.ImagePoint;

class FoundCandidatesTest {
    private static final MaskEdges EDGES = new MaskEdges(1, 0, 1, 1);
    private static final ImageEmbedding NONE = new ImageEmbedding() {
        @Override
        public Size imageSize() {
            return new Size(3, 2);
        }

        @Override
        public float[] toHost() {
            return new float[0];
        }

        @Override
        public void close() {}
    };

    private static CandidateMasks masks(CropBox crop, Size image) {
        List<ImagePoint> points = List.of(point(0), point(1), point(2));
        CandidateRequest request =
                new CandidateRequest(NONE, points, 64, crop, image, new CandidateRequest.Thresholds(0.5f, 0.8f, 1));
        List<Found> found = List.of(
                new Found(0, new Traced(1, 0.9f, 0.7f, Traced.UNSTABLE, EDGES, 0)),
                new Found(0, new Traced(2, 0.8f, 0.9f, 3, EDGES, 4)),
                new Found(2, new Traced(9, 0.7f, 0.9f, Traced.CUT, EDGES, 0)),
                new Found(2, new Traced(10, 0.6f, 1, 5, EDGES, 0)));
        MemorySegment changes = MemorySegment.ofArray(new int[] {0, 1, 2, 5, 2, 4});
        return new FoundCandidates(found, changes).masks(request);
    }

    private static ImagePoint point(int x) {
        return new ImagePoint(x, 0, true);
    }

    /** Column by column 3x2 pixels are numbered 0 1, 2 3, 4 5. */
    @Test
    void keptMasksHaveTheRunsBetweenTheirChangesInTheOrderOfTheirPoints() {
        Size image = new Size(3, 2);
        CandidateMasks masks = masks(CropBox.whole(image), image);
        assertThat(masks.stable()).containsExactly(1, 0, 2);
        assertThat(masks.masks())
                .containsExactly(
                        new MaskCandidate(0, 0.8f, 0.9f, EDGES, new RunLength(image, new int[] {2, 2, 2})),
                        new MaskCandidate(2, 0.6f, 1, EDGES, new RunLength(image, new int[] {0, 1, 1, 3, 1})));
    }

    @Test
    void masksOfACropLieInTheImage() {
        CropBox crop = new CropBox(1, 1, 4, 3);
        MaskCandidate first = masks(crop, new Size(4, 4)).masks().getFirst();
        assertThat(first.edges()).isEqualTo(EDGES.uncropped(crop));
        assertThat(first.runs()).isEqualTo(new RunLength(new Size(4, 4), new int[] {9, 2, 5}));
    }
}
