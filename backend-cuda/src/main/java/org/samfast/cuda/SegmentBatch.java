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
import org.samfast.mask.MaskChoice;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.Segmentation;
import org.samfast.prompt.Prompt;

/** Decodes and finishes the prompts of a batch of encoded images; all is put into the stream before anybody waits. */
final class SegmentBatch implements AutoCloseable {
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

    /** How many masks a choice makes of each prompt. */
    static int masksPerPrompt(MaskChoice choice) {
        return choice == MaskChoice.MULTIMASK ? 3 : 1;
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
        List<Integer> codes = new ArrayList<>();
        List<int[]> masksOfShares = new ArrayList<>();
        for (int i = 0; i < shares.size(); i++) {
            int before = codes.size();
            codes.addAll(codes(shares.get(i), first, count));
            masksOfShares.add(new int[] {before, codes.size() - before});
        }
        DeviceBuffer chosen = choose(codes, decoded, count);
        for (int i = 0; i < shares.size(); i++) {
            int masks = masksOfShares.get(i)[1];
            if (masks > 0) {
                DeviceBuffer own =
                        chosen.slice((long) masksOfShares.get(i)[0] * Integer.BYTES, (long) masks * Integer.BYTES);
                shares.get(i)
                        .pixels
                        .add(finish.put(
                                decoded.logits(), own, masks, shares.get(i).size()));
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
                .flatMap(pair ->
                        codes(share.request.choice(), share.request.prompts().get(pair - share.firstPair), pair - first)
                                .stream())
                .toList();
    }

    private static List<Integer> codes(MaskChoice choice, Prompt prompt, int pair) {
        return switch (choice) {
            case MULTIMASK ->
                List.of(ChooseMasks.output(pair, 1), ChooseMasks.output(pair, 2), ChooseMasks.output(pair, 3));
            case SINGLE -> List.of(ChooseMasks.output(pair, 0));
            case BEST_OF_THREE -> List.of(ChooseMasks.bestOfThree(pair));
            case AUTOMATIC ->
                List.of(prompt.isAmbiguous() ? ChooseMasks.bestOfThree(pair) : ChooseMasks.output(pair, 0));
        };
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
