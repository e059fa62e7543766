package org.samfast.cuda;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.samfast.backend.SegmentRequest;
import org.samfast.cuda.decoder.MaskDecoder;
import org.samfast.cuda.decoder.PromptPair;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.GrowingBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Transfers;
import org.samfast.cuda.kernel.ChooseMasks;

/** Decodes and finishes the prompts of encoded images; nobody waits here. */
final class SegmentBatch implements AutoCloseable {
    /** Stands for the best-rated output, which only the device knows before the end. */
    private static final int BEST = -1;

    private final Stream stream;
    private final MaskDecoder decoder;
    private final MaskFinish finish;
    private final ChooseMasks choose;
    private final GrowingBuffer<DeviceBuffer> wanted;
    private final GrowingBuffer<DeviceBuffer> planes;

    SegmentBatch(Device device, Stream stream, MaskDecoder decoder, MaskFinish finish) {
        this.stream = stream;
        this.decoder = decoder;
        this.finish = finish;
        choose = new ChooseMasks(device);
        wanted = GrowingBuffer.onDevice(device, "wanted masks");
        planes = GrowingBuffer.onDevice(device, "chosen masks");
    }

    /**
     * Puts the decoding and finishing of some of a call's images into the stream.
     *
     * @param pairs of these images, in their order
     */
    void put(SegmentCall call, List<SegmentCall.Share> shares, List<PromptPair> pairs) {
        Transfers transfers = call.transfers();
        call.decoded()
                .put(
                        decoder,
                        stream,
                        transfers,
                        pairs,
                        (first, count, on) -> finish(transfers, shares, first, count, on));
    }

    /** Puts the finishing of the masks of pairs {@code first} to {@code first + count} into the stream. */
    private void finish(
            Transfers transfers, List<SegmentCall.Share> shares, int first, int count, MaskDecoder.Decoded decoded) {
        List<List<Integer>> codes =
                shares.stream().map(share -> codes(share, first, count)).toList();
        DeviceBuffer chosen =
                choose(transfers, codes.stream().flatMap(List::stream).toList(), decoded, count);
        long at = 0;
        for (int i = 0; i < shares.size(); i++) {
            int masks = codes.get(i).size();
            if (masks > 0) {
                SegmentCall.Share share = shares.get(i);
                DeviceBuffer own = chosen.slice(at, (long) masks * Integer.BYTES);
                share.bits().add(finish.put(transfers, decoded.logits(), own, masks, share.size()));
                at += own.bytes();
            }
        }
    }

    private DeviceBuffer choose(Transfers transfers, List<Integer> codes, MaskDecoder.Decoded decoded, int pairs) {
        long bytes = (long) codes.size() * Integer.BYTES;
        DeviceBuffer asked = wanted.atLeast(bytes);
        DeviceBuffer chosen = planes.atLeast(bytes);
        int[] values = codes.stream().mapToInt(Integer::intValue).toArray();
        transfers.upload(asked, MemorySegment.ofArray(values));
        choose.launch(stream, decoded.iou(), asked, chosen, pairs, values.length);
        return chosen;
    }

    /** What a share wants of a run, in the terms of {@link ChooseMasks}. */
    private static List<Integer> codes(SegmentCall.Share share, int first, int count) {
        return IntStream.range(Math.max(share.firstPair(), first), Math.min(share.endPair(), first + count))
                .boxed()
                .flatMap(pair -> codes(share.request(), pair - share.firstPair(), pair - first).stream())
                .toList();
    }

    private static List<Integer> codes(SegmentRequest request, int prompt, int pair) {
        return request.choice().outputs(request.prompts().get(prompt), BEST).stream()
                .map(output -> output == BEST ? ChooseMasks.bestOfThree(pair) : ChooseMasks.output(pair, output))
                .toList();
    }

    @Override
    public void close() {
        wanted.close();
        planes.close();
    }
}
