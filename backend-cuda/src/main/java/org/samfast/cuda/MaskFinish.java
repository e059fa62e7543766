package org.samfast.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.GrowingBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Transfers;
import org.samfast.cuda.kernel.UpscaleBits;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.ScoredMask;

/** {@link org.samfast.mask.MaskUpscale} on the device, bit for bit. */
final class MaskFinish implements AutoCloseable {
    private static final int PLANE = LowResLogits.SIDE * LowResLogits.SIDE;
    /** Of finished masks at once; one larger mask is still made whole. */
    private static final long BYTES_AT_ONCE = 64L << 20;
    /** {@link UpscaleBits} also counts logits this far from 0, for stability scores. */
    private static final float NO_OFFSET = 0;

    private final Stream stream;
    private final UpscaleBits upscale;
    private final GrowingBuffer<DeviceBuffer> logits;
    private final GrowingBuffer<DeviceBuffer> planes;
    private final GrowingBuffer<DeviceBuffer> masks;
    private final GrowingBuffer<DeviceBuffer> passed;
    private final DeviceBuffer number;

    MaskFinish(Device device, Stream stream) {
        this.stream = stream;
        upscale = new UpscaleBits(device);
        logits = GrowingBuffer.onDevice(device, "logits to finish");
        planes = GrowingBuffer.onDevice(device, "planes to finish");
        masks = GrowingBuffer.onDevice(device, "finished masks");
        passed = GrowingBuffer.onDevice(device, "counts of finished masks");
        number = device.allocate("number of masks", Integer.BYTES);
    }

    /**
     * Puts the finishing of masks of one image into the stream.
     *
     * @param logits [..][256][256] fp32
     * @param planes [count] int, which of them
     * @return [count] masks as {@link UpscaleBits} makes them, there once the stream was waited for
     */
    MemorySegment put(Transfers transfers, DeviceBuffer logits, DeviceBuffer planes, int count, Size size) {
        long bytes = count * UpscaleBits.bytes(size);
        DeviceBuffer out = masks.atLeast(bytes);
        DeviceBuffer counts = passed.atLeast(2L * count * Integer.BYTES);
        counts.fill(stream, (byte) 0);
        transfers.upload(number, MemorySegment.ofArray(new int[] {count}));
        upscale.launch(stream, logits, planes, number, out, counts, count, ResizeLongestSide.of(size), NO_OFFSET);
        return transfers.download(out, bytes);
    }

    /** Finishes masks of a prediction that is on the host. */
    List<ScoredMask> finish(Transfers transfers, MaskPrediction prediction, MaskRequest request) {
        request.checkFits(prediction);
        List<Wanted> wanted = Wanted.of(request);
        int atOnce = Math.clamp(BYTES_AT_ONCE / UpscaleBits.bytes(prediction.imageSize()), 1, 1024);
        List<ScoredMask> finished = new ArrayList<>();
        for (int first = 0; first < wanted.size(); first += atOnce) {
            List<Wanted> together = wanted.subList(first, Math.min(wanted.size(), first + atOnce));
            MemorySegment bits = put(transfers, prediction, together);
            transfers.finish();
            finished.addAll(scored(prediction, together, List.of(bits)));
            transfers.reset();
        }
        return finished;
    }

    private MemorySegment put(Transfers transfers, MaskPrediction prediction, List<Wanted> wanted) {
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
        return put(transfers, in, which, all.length, prediction.imageSize());
    }

    /**
     * Masks as Java has them.
     *
     * @param bits the masks one after the other, in one or several pieces
     */
    static List<ScoredMask> scored(MaskPrediction prediction, List<Wanted> wanted, List<MemorySegment> bits) {
        long bytes = UpscaleBits.bytes(prediction.imageSize());
        List<MemorySegment> each = bits.stream()
                .flatMap(piece -> IntStream.range(0, (int) (piece.byteSize() / bytes))
                        .mapToObj(i -> piece.asSlice(i * bytes, bytes)))
                .toList();
        return IntStream.range(0, wanted.size())
                .parallel()
                .mapToObj(i -> scored(prediction, wanted.get(i), each.get(i)))
                .toList();
    }

    private static ScoredMask scored(MaskPrediction prediction, Wanted one, MemorySegment bits) {
        float quality = prediction.quality(one.prompt, one.output);
        return new ScoredMask(one.prompt, one.output, quality, MaskBits.mask(prediction.imageSize(), bits));
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
        passed.close();
        number.close();
    }
}
