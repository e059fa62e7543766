package org.samfast.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.UpscaleThreshold;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.ScoredMask;

/** {@link org.samfast.mask.MaskUpscale} on the device, bit for bit. */
final class MaskFinish {
    private static final int PLANE = LowResLogits.SIDE * LowResLogits.SIDE;
    /** Of finished masks at once; one larger mask is still made whole. */
    private static final long BYTES_AT_ONCE = 256L << 20;

    private final Device device;
    private final Stream stream;
    private final UpscaleThreshold upscaleThreshold;

    MaskFinish(Device device, Stream stream) {
        this.device = device;
        this.stream = stream;
        this.upscaleThreshold = new UpscaleThreshold(device);
    }

    List<ScoredMask> finish(MaskPrediction prediction, MaskRequest request) {
        List<Wanted> wanted = wanted(prediction, request);
        int atOnce = Math.clamp(BYTES_AT_ONCE / prediction.imageSize().area(), 1, 1024);
        List<ScoredMask> masks = new ArrayList<>();
        for (int first = 0; first < wanted.size(); first += atOnce) {
            masks.addAll(finish(prediction, wanted.subList(first, Math.min(wanted.size(), first + atOnce))));
        }
        return masks;
    }

    private static List<Wanted> wanted(MaskPrediction prediction, MaskRequest request) {
        if (request.outputs().size() != prediction.logits().prompts()) {
            throw new IllegalArgumentException("mask request: expected the outputs of "
                    + prediction.logits().prompts() + " prompts, got "
                    + request.outputs().size());
        }
        List<Wanted> wanted = new ArrayList<>();
        for (int prompt = 0; prompt < request.outputs().size(); prompt++) {
            for (int output : request.outputs().get(prompt)) {
                wanted.add(new Wanted(prompt, output));
            }
        }
        return wanted;
    }

    private List<ScoredMask> finish(MaskPrediction prediction, List<Wanted> wanted) {
        Size size = prediction.imageSize();
        float[] logits = new float[wanted.size() * PLANE];
        int[] planes = new int[wanted.size()];
        for (int i = 0; i < wanted.size(); i++) {
            planes[i] = i;
            int from = prediction.logits().offset(wanted.get(i).prompt, wanted.get(i).output);
            System.arraycopy(prediction.logits().values(), from, logits, i * PLANE, PLANE);
        }
        try (DeviceBuffer in = device.allocate("logits to finish", (long) logits.length * Float.BYTES);
                DeviceBuffer which = device.allocate("planes to finish", (long) planes.length * Integer.BYTES);
                DeviceBuffer out = device.allocate("finished masks", wanted.size() * size.area())) {
            in.upload(stream, MemorySegment.ofArray(logits));
            which.upload(stream, MemorySegment.ofArray(planes));
            upscaleThreshold.launch(stream, in, which, out, wanted.size(), ResizeLongestSide.of(size));
            return download(prediction, wanted, out);
        }
    }

    private List<ScoredMask> download(MaskPrediction prediction, List<Wanted> wanted, DeviceBuffer out) {
        Size size = prediction.imageSize();
        List<ScoredMask> masks = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            byte[] pixels = new byte[Math.toIntExact(size.area())];
            out.slice(i * size.area(), size.area()).download(stream, MemorySegment.ofArray(pixels));
            Wanted one = wanted.get(i);
            float quality = prediction.quality(one.prompt, one.output);
            masks.add(new ScoredMask(one.prompt, one.output, quality, new BinaryMask(size, pixels)));
        }
        return masks;
    }

    private record Wanted(int prompt, int output) {}
}
