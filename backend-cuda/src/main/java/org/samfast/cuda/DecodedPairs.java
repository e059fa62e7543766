package org.samfast.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.samfast.cuda.decoder.MaskDecoder;
import org.samfast.cuda.decoder.PromptPair;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Transfers;
import org.samfast.image.Size;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskPrediction;

/** Pairs of image and prompt through the decoder, run after run; their logits and ratings on the host once waited for. */
final class DecodedPairs {
    private static final int LOGIT_VALUES = LowResLogits.MASKS * LowResLogits.SIDE * LowResLogits.SIDE;

    private final List<Run> runs = new ArrayList<>();
    private int all;

    /** What of a run arrives on the host: [count][4][256][256] and [count][4]. */
    private record Run(int first, int count, MemorySegment logits, MemorySegment iou) {}

    /** What else is to be put into the stream while a run's outcome is on the device. */
    interface AfterRun {
        /** For predictions that are finished later. */
        AfterRun NOTHING = (first, count, decoded) -> {};

        /** @param first of the run's pairs, among all that were put */
        void put(int first, int count, MaskDecoder.Decoded decoded);
    }

    /** Puts the decoding of further pairs, and the copies of what it makes, into the stream. */
    void put(MaskDecoder decoder, Stream stream, Transfers transfers, List<PromptPair> pairs, AfterRun after) {
        int atOnce = decoder.pairsAtOnce();
        for (int first = 0; first < pairs.size(); first += atOnce) {
            int count = Math.min(pairs.size() - first, atOnce);
            MaskDecoder.Decoded decoded = decoder.decode(stream, transfers, pairs.subList(first, first + count));
            MemorySegment logits = transfers.download(decoded.logits(), (long) count * LOGIT_VALUES * Float.BYTES);
            MemorySegment iou = transfers.download(decoded.iou(), (long) count * LowResLogits.MASKS * Float.BYTES);
            runs.add(new Run(all, count, logits, iou));
            after.put(all, count, decoded);
            all += count;
        }
    }

    /** The part of one image, once the stream was waited for. */
    MaskPrediction prediction(Size imageSize, int firstPair, int prompts) {
        float[] logits = new float[Math.multiplyExact(prompts, LOGIT_VALUES)];
        float[] quality = new float[prompts * LowResLogits.MASKS];
        for (Run run : runs) {
            copy(run, run.logits, logits, LOGIT_VALUES, firstPair, prompts);
            copy(run, run.iou, quality, LowResLogits.MASKS, firstPair, prompts);
        }
        return new MaskPrediction(imageSize, new LowResLogits(logits, prompts), quality);
    }

    private static void copy(Run run, MemorySegment from, float[] to, int each, int firstPair, int prompts) {
        int begin = Math.max(run.first, firstPair);
        int end = Math.min(run.first + run.count, firstPair + prompts);
        if (begin < end) {
            long offset = (long) (begin - run.first) * each * Float.BYTES;
            MemorySegment.copy(
                    from, ValueLayout.JAVA_FLOAT, offset, to, (begin - firstPair) * each, (end - begin) * each);
        }
    }
}
