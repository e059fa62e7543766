package org.samfast.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
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
import org.samfast.image.Size;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.Segmentation;

/** Decodes and finishes the prompts of a batch of encoded images; all is put into the stream before anybody waits. */
final class SegmentBatch implements AutoCloseable {
    /** Stands for the best-rated output, which only the device knows before the end. */
    private static final int BEST = -1;

    private final Stream stream;
    private final Transfers transfers;
    private final MaskDecoder decoder;
    private final MaskFinish finish;
    private final ChooseMasks choose;
    private final GrowingBuffer<DeviceBuffer> wanted;
    private final GrowingBuffer<DeviceBuffer> planes;

    SegmentBatch(Device device, Stream stream, Transfers transfers, MaskDecoder decoder, MaskFinish finish) {
        this.stream = stream;
        this.transfers = transfers;
        this.decoder = decoder;
        this.finish = finish;
        choose = new ChooseMasks(device);
        wanted = GrowingBuffer.onDevice(device, "wanted masks");
        planes = GrowingBuffer.onDevice(device, "chosen masks");
    }

    /** One image's share of a batch. */
    private record Share(SegmentRequest request, int firstPair, List<MemorySegment> pixels) {
        Size size() {
            return request.image().size();
        }

        int endPair() {
            return firstPair + request.prompts().size();
        }
    }

    /** How many masks a request is for. */
    static long masks(SegmentRequest request) {
        return request.prompts().stream()
                .mapToLong(prompt -> request.choice().outputs(prompt, BEST).size())
                .sum();
    }

    /**
     * @param pairs of all requests, in their order
     */
    List<Segmentation> run(List<SegmentRequest> requests, List<PromptPair> pairs) {
        List<Share> shares = shares(requests);
        DecodedPairs decoded = new DecodedPairs();
        decoded.put(decoder, stream, transfers, pairs, (first, count, on) -> finish(shares, first, count, on));
        transfers.finish();
        List<Segmentation> segmentations =
                shares.stream().map(share -> segmentation(share, decoded)).toList();
        transfers.reset();
        return segmentations;
    }

    private static List<Share> shares(List<SegmentRequest> requests) {
        List<Share> shares = new ArrayList<>();
        int pair = 0;
        for (SegmentRequest request : requests) {
            shares.add(new Share(request, pair, new ArrayList<>()));
            pair += request.prompts().size();
        }
        return shares;
    }

    /** Puts the finishing of the masks of pairs {@code first} to {@code first + count} into the stream. */
    private void finish(List<Share> shares, int first, int count, MaskDecoder.Decoded decoded) {
        List<List<Integer>> codes =
                shares.stream().map(share -> codes(share, first, count)).toList();
        DeviceBuffer chosen = choose(codes.stream().flatMap(List::stream).toList(), decoded, count);
        long at = 0;
        for (int i = 0; i < shares.size(); i++) {
            int masks = codes.get(i).size();
            if (masks > 0) {
                Share share = shares.get(i);
                DeviceBuffer own = chosen.slice(at, (long) masks * Integer.BYTES);
                share.pixels.add(finish.put(decoded.logits(), own, masks, share.size()));
                at += own.bytes();
            }
        }
    }

    private DeviceBuffer choose(List<Integer> codes, MaskDecoder.Decoded decoded, int pairs) {
        long bytes = (long) codes.size() * Integer.BYTES;
        DeviceBuffer asked = wanted.atLeast(bytes);
        DeviceBuffer chosen = planes.atLeast(bytes);
        int[] values = codes.stream().mapToInt(Integer::intValue).toArray();
        transfers.upload(asked, MemorySegment.ofArray(values));
        choose.launch(stream, decoded.iou(), asked, chosen, pairs, values.length);
        return chosen;
    }

    /** What a share wants of a run, in the terms of {@link ChooseMasks}. */
    private static List<Integer> codes(Share share, int first, int count) {
        return IntStream.range(Math.max(share.firstPair, first), Math.min(share.endPair(), first + count))
                .boxed()
                .flatMap(pair -> codes(share.request, pair - share.firstPair, pair - first).stream())
                .toList();
    }

    private static List<Integer> codes(SegmentRequest request, int prompt, int pair) {
        return request.choice().outputs(request.prompts().get(prompt), BEST).stream()
                .map(output -> output == BEST ? ChooseMasks.bestOfThree(pair) : ChooseMasks.output(pair, output))
                .toList();
    }

    private static Segmentation segmentation(Share share, DecodedPairs decoded) {
        SegmentRequest request = share.request;
        MaskPrediction prediction = decoded.prediction(
                share.size(), share.firstPair, request.prompts().size());
        MaskRequest chosen = MaskRequest.of(request.choice(), request.prompts(), prediction);
        return new Segmentation(prediction, MaskFinish.scored(prediction, MaskFinish.Wanted.of(chosen), share.pixels));
    }

    @Override
    public void close() {
        wanted.close();
        planes.close();
    }
}
