package org.samfast.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.GrowingBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Transfers;
import org.samfast.cuda.kernel.UpscaleThreshold;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.ScoredMask;

/** {@link org.samfast.mask.MaskUpscale} on the device, bit for bit. */
final class MaskFinish implements AutoCloseable {
    private static final int PLANE = LowResLogits.SIDE * LowResLogits.SIDE;
    /** Of finished masks at once; one larger mask is still made whole. */
    private static final long BYTES_AT_ONCE = 256L << 20;

    private final Stream stream;
    private final Transfers transfers;
    private final UpscaleThreshold upscaleThreshold;
    private final GrowingBuffer<DeviceBuffer> logits;
    private final GrowingBuffer<DeviceBuffer> planes;
    private final GrowingBuffer<DeviceBuffer> masks;

    MaskFinish(Device device, Stream stream, Transfers transfers) {
        this.stream = stream;
        this.transfers = transfers;
        upscaleThreshold = new UpscaleThreshold(device);
        logits = GrowingBuffer.onDevice(device, "logits to finish");
        planes = GrowingBuffer.onDevice(device, "planes to finish");
        masks = GrowingBuffer.onDevice(device, "finished masks");
    }

    /**
     * Puts the finishing of masks of one image into the stream.
     *
     * @param logits [..][256][256] fp32
     * @param planes [count] int, which of them
     * @return [count][height][width] uint8, there once the stream was waited for
     */
    MemorySegment put(DeviceBuffer logits, DeviceBuffer planes, int count, Size size) {
        long bytes = count * size.area();
        DeviceBuffer out = masks.atLeast(bytes);
        upscaleThreshold.launch(stream, logits, planes, out, count, ResizeLongestSide.of(size));
        return transfers.download(out, bytes);
    }

    /** Finishes masks of a prediction that is on the host. */
    List<ScoredMask> finish(MaskPrediction prediction, MaskRequest request) {
        request.checkFits(prediction);
        List<Wanted> wanted = Wanted.of(request);
        int atOnce = Math.clamp(BYTES_AT_ONCE / prediction.imageSize().area(), 1, 1024);
        List<ScoredMask> finished = new ArrayList<>();
        for (int first = 0; first < wanted.size(); first += atOnce) {
            List<Wanted> together = wanted.subList(first, Math.min(wanted.size(), first + atOnce));
            MemorySegment pixels = put(prediction, together);
            transfers.finish();
            finished.addAll(scored(prediction, together, List.of(pixels)));
            transfers.reset();
        }
        return finished;
    }

    private MemorySegment put(MaskPrediction prediction, List<Wanted> wanted) {
        long bytes = (long) PLANE * Float.BYTES;
        DeviceBuffer in = logits.atLeast(wanted.size() * bytes);
        MemorySegment values = MemorySegment.ofArray(prediction.logits().values());
        for (int i = 0; i < wanted.size(); i++) {
            long from = (long) prediction.logits().offset(wanted.get(i).prompt, wanted.get(i).output) * Float.BYTES;
            transfers.upload(in.slice(i * bytes, bytes), values.asSlice(from, bytes));
        }
        int[] all = IntStream.range(0, wanted.size()).toArray();
        DeviceBuffer which = planes.atLeast((long) all.length * Integer.BYTES);
        transfers.upload(which, MemorySegment.ofArray(all));
        return put(in, which, all.length, prediction.imageSize());
    }

    /**
     * Masks as Java has them.
     *
     * @param pixels the masks one after the other, in one or several pieces
     */
    static List<ScoredMask> scored(MaskPrediction prediction, List<Wanted> wanted, List<MemorySegment> pixels) {
        long area = prediction.imageSize().area();
        List<MemorySegment> each = pixels.stream()
                .flatMap(piece -> IntStream.range(0, (int) (piece.byteSize() / area))
                        .mapToObj(i -> piece.asSlice(i * area, area)))
                .toList();
        return IntStream.range(0, wanted.size())
                .parallel()
                .mapToObj(i -> scored(prediction, wanted.get(i), each.get(i)))
                .toList();
    }

    private static ScoredMask scored(MaskPrediction prediction, Wanted one, MemorySegment pixels) {
        float quality = prediction.quality(one.prompt, one.output);
        BinaryMask mask = new BinaryMask(prediction.imageSize(), pixels.toArray(ValueLayout.JAVA_BYTE));
        return new ScoredMask(one.prompt, one.output, quality, mask);
    }

    /** One output of one prompt. */
    record Wanted(int prompt, int output) {
        /** All of a request, in its order. */
        static List<Wanted> of(MaskRequest request) {
            return IntStream.range(0, request.outputs().size())
                    .boxed()
                    .flatMap(prompt -> request.outputs().get(prompt).stream().map(output -> new Wanted(prompt, output)))
                    .toList();
        }
    }

    @Override
    public void close() {
        logits.close();
        planes.close();
        masks.close();
    }
}
