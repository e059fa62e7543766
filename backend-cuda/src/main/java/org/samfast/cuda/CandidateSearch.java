package org.samfast.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.samfast.backend.CandidateRequest;
import org.samfast.cuda.decoder.MaskDecoder;
import org.samfast.cuda.decoder.PromptPair;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.GrowingBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Transfers;
import org.samfast.cuda.kernel.SelectCandidates;
import org.samfast.cuda.kernel.TraceCandidates;
import org.samfast.cuda.kernel.TraceCandidates.Traced;
import org.samfast.cuda.kernel.UpscaleBits;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;

/**
 * Everything mode's filters on the device: points are decoded run after run, masks stay at 256x256 unless the model rates them
 * well, and only what is known of those, with the run lengths of the ones that are kept, leaves the device.
 */
final class CandidateSearch implements AutoCloseable {
    /** Of upscaled masks, at one bit a pixel, that a run may make; a run of one point may make more. */
    private static final long BITS_AT_ONCE = 512L << 20;
    /** Changes that there is room for at first: some 200 masks of a photo have 800,000. */
    private static final long FIRST_CHANGES = 4L << 20;

    private final Stream stream;
    private final Transfers transfers;
    private final MaskDecoder decoder;
    private final SelectCandidates select;
    private final UpscaleBits upscale;
    private final TraceCandidates trace;
    private final GrowingBuffer<DeviceBuffer> planes;
    private final GrowingBuffer<DeviceBuffer> passed;
    private final GrowingBuffer<DeviceBuffer> bits;
    private final GrowingBuffer<DeviceBuffer> parts;
    private final GrowingBuffer<DeviceBuffer> counts;
    private final GrowingBuffer<DeviceBuffer> records;
    private final GrowingBuffer<DeviceBuffer> cursor;
    private final GrowingBuffer<DeviceBuffer> changes;

    CandidateSearch(Device device, Stream stream, Transfers transfers, MaskDecoder decoder) {
        this.stream = stream;
        this.transfers = transfers;
        this.decoder = decoder;
        select = new SelectCandidates(device);
        upscale = new UpscaleBits(device);
        trace = new TraceCandidates(device);
        planes = GrowingBuffer.onDevice(device, "selected masks");
        passed = GrowingBuffer.onDevice(device, "logits above the thresholds");
        bits = GrowingBuffer.onDevice(device, "masks in bits");
        parts = GrowingBuffer.onDevice(device, "columns of masks");
        counts = GrowingBuffer.onDevice(device, "selected masks of each run");
        records = GrowingBuffer.onDevice(device, "candidates");
        cursor = GrowingBuffer.onDevice(device, "changes so far");
        changes = GrowingBuffer.onDevice(device, "changes of candidates");
    }

    /**
     * The points of a request in equal runs, the last perhaps shorter. They are as long as the device's memory is meant for, not
     * as the request's batches, which the host would need.
     */
    private record Runs(int points, int each) {
        static Runs of(CandidateRequest request, int most) {
            long fit = BITS_AT_ONCE
                    / (SelectCandidates.OUTPUTS
                            * UpscaleBits.bytes(request.crop().size()));
            return new Runs(request.points().size(), Math.clamp(fit, 1, most));
        }

        int count() {
            return Math.ceilDiv(points, each);
        }

        int first(int run) {
            return run * each;
        }

        int length(int run) {
            return Math.min(each, points - first(run));
        }
    }

    /**
     * The masks of a request that pass the filter by rating, and the runs of those that pass all.
     *
     * @param pairs one per point of the request
     * @param results take the changes, there once they are waited for; the next search waits for them before it makes its own
     */
    FoundCandidates find(CandidateRequest request, List<PromptPair> pairs, Transfers results) {
        Runs runs = Runs.of(request, decoder.pairsAtOnce());
        if (runs.count() == 0) {
            return new FoundCandidates(List.of(), MemorySegment.NULL);
        }
        Known known = known(request, pairs, runs, results);
        if (known.changes > room()) {
            changes.atLeast(known.changes * Integer.BYTES);
            known = known(request, pairs, runs, results);
        }
        MemorySegment copied = known.changes == 0
                ? MemorySegment.NULL
                : results.download(changes.atLeast(1), known.changes * Integer.BYTES);
        return new FoundCandidates(known.found, copied);
    }

    /**
     * What is known once all points are decoded.
     *
     * @param found all selected masks, in the order of their points and outputs
     * @param changes how many there are
     */
    private record Known(List<FoundCandidates.Found> found, long changes) {}

    /** Runs the device through all points. */
    private Known known(CandidateRequest request, List<PromptPair> pairs, Runs runs, Transfers results) {
        allocate(request.crop().size(), runs);
        cursor.atLeast(Long.BYTES).fill(stream, (byte) 0);
        for (int run = 0; run < runs.count(); run++) {
            List<PromptPair> own = pairs.subList(runs.first(run), runs.first(run) + runs.length(run));
            MaskDecoder.Decoded decoded = decoder.decode(stream, transfers, own);
            if (run == 0) {
                results.finish(); // the search before may still copy its changes
            }
            put(request, decoded, runs, run);
        }
        MemorySegment needed = transfers.download(cursor.atLeast(1), Long.BYTES);
        MemorySegment selected = transfers.download(counts.atLeast(1), (long) runs.count() * Integer.BYTES);
        MemorySegment all = transfers.download(records.atLeast(1), runs.count() * masks(runs) * Traced.BYTES);
        transfers.finish();
        Known known = new Known(found(runs, selected, all), needed.get(ValueLayout.JAVA_LONG, 0));
        transfers.reset();
        return known;
    }

    private static long masks(Runs runs) {
        return (long) runs.each * SelectCandidates.OUTPUTS;
    }

    /** Changes that there is room for, more after a request that needed more. */
    private long room() {
        return changes.atLeast(FIRST_CHANGES * Integer.BYTES).bytes() / Integer.BYTES;
    }

    private void allocate(Size size, Runs runs) {
        long masks = masks(runs);
        planes.atLeast(masks * Integer.BYTES);
        passed.atLeast(masks * 2 * Integer.BYTES);
        bits.atLeast(masks * UpscaleBits.bytes(size));
        parts.atLeast(masks * TraceCandidates.bytes(size));
        counts.atLeast((long) runs.count() * Integer.BYTES);
        records.atLeast(runs.count() * masks * Traced.BYTES);
        changes.atLeast(FIRST_CHANGES * Integer.BYTES);
    }

    private void put(CandidateRequest request, MaskDecoder.Decoded decoded, Runs runs, int run) {
        int masks = runs.length(run) * SelectCandidates.OUTPUTS;
        DeviceBuffer which = planes.atLeast(1);
        DeviceBuffer above = passed.atLeast(1);
        DeviceBuffer words = bits.atLeast(1);
        DeviceBuffer count = counts.atLeast(1).slice((long) run * Integer.BYTES, Integer.BYTES);
        long recordBytes = (long) runs.each * SelectCandidates.OUTPUTS * Traced.BYTES;
        DeviceBuffer own = records.atLeast(1).slice(run * recordBytes, (long) masks * Traced.BYTES);
        CandidateRequest.Thresholds thresholds = request.thresholds();
        ResizeLongestSide frame = ResizeLongestSide.of(request.crop().size());
        select.launch(stream, decoded.iou(), which, count, above, runs.length(run), thresholds.predIou());
        upscale.launch(
                stream, decoded.logits(), which, count, words, above, masks, frame, thresholds.stabilityScoreOffset());
        trace.launch(
                stream,
                words,
                which,
                count,
                above,
                decoded.iou(),
                parts.atLeast(1),
                own,
                cursor.atLeast(1),
                changes.atLeast(1),
                masks,
                request.crop(),
                request.image(),
                thresholds.stabilityScore());
    }

    private static List<FoundCandidates.Found> found(Runs runs, MemorySegment selected, MemorySegment records) {
        int masks = Math.toIntExact(masks(runs));
        List<FoundCandidates.Found> found = new ArrayList<>();
        for (int run = 0; run < runs.count(); run++) {
            int count = selected.getAtIndex(ValueLayout.JAVA_INT, run);
            for (int i = 0; i < count; i++) {
                Traced one = Traced.of(records, run * masks + i);
                found.add(new FoundCandidates.Found(runs.first(run) + one.pair(), one));
            }
        }
        return found;
    }

    @Override
    public void close() {
        planes.close();
        passed.close();
        bits.close();
        parts.close();
        counts.close();
        records.close();
        cursor.close();
        changes.close();
    }
}
