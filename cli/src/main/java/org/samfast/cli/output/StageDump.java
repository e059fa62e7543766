package org.samfast.cli.output;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.samfast.backend.StageObserver;
import org.samfast.checkpoint.SafetensorsWriter;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.MaskUpscale;
import org.samfast.mask.ScoredMask;

/**
 * Keeps what a backend shows of its stages, adds those that every backend has, and writes them as one safetensors file:
 * {@code resized} [h,w,3] U8, {@code pixels} [1,3,1024,1024], {@code patch_embed} and {@code block.NN} [1,64,64,C],
 * {@code image_embedding}, {@code image_pe} and {@code dense_prompt} [1,256,64,64], {@code sparse_prompt} [1,1,N,256],
 * {@code low_res_logits} [4,256,256], {@code iou} [4], {@code masks} [4,H,W] U8. F32 where not said otherwise; for one
 * image and one prompt.
 */
public final class StageDump implements StageObserver {
    private final Path target;
    private final Map<String, SafetensorsWriter.Entry> stages = new LinkedHashMap<>();

    public StageDump(Path target) {
        this.target = target;
    }

    @Override
    public void stage(String name, long[] shape, float[] values) {
        keep(SafetensorsWriter.Entry.floats(name, shape.clone(), values.clone()));
    }

    /**
     * Writes the file.
     *
     * @throws OutputException where that fails
     */
    public void write(RgbImage image, MaskPrediction prediction) throws OutputException {
        RgbImage resized = ResizeLongestSide.of(image.size()).resize(image);
        Size small = resized.size();
        long[] pixels = {small.height(), small.width(), 3};
        keep(SafetensorsWriter.Entry.bytes("resized", pixels, resized.rgb()));
        long[] logits = {LowResLogits.MASKS, LowResLogits.SIDE, LowResLogits.SIDE};
        keep(SafetensorsWriter.Entry.floats(
                "low_res_logits", logits, prediction.logits().values()));
        keep(SafetensorsWriter.Entry.floats("iou", new long[] {LowResLogits.MASKS}, prediction.quality()));
        long[] masks = {LowResLogits.MASKS, image.size().height(), image.size().width()};
        keep(SafetensorsWriter.Entry.bytes("masks", masks, masks(prediction)));
        try {
            SafetensorsWriter.write(target, Map.of(), List.copyOf(stages.values()));
        } catch (IOException e) {
            throw new OutputException(target, e);
        }
    }

    private void keep(SafetensorsWriter.Entry entry) {
        stages.put(entry.name(), entry);
    }

    private static byte[] masks(MaskPrediction prediction) {
        MaskRequest all = new MaskRequest(List.of(List.of(0, 1, 2, 3)));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (ScoredMask mask : MaskUpscale.finish(prediction, all)) {
            bytes.writeBytes(mask.mask().pixels());
        }
        return bytes.toByteArray();
    }
}
