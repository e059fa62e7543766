package org.samfast.cuda;

import org.samfast.architecture.SamArchitecture;
import org.samfast.backend.StageObserver;
import org.samfast.cuda.decoder.MaskDecoder;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.encoder.ImageEncoder;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskPrediction;

/** Brings stages to an observer in the order of docs/architecture.md; on the device tokens come before channels. */
record StageReport(Stream stream, Element element, StageObserver observer)
        implements ImageEncoder.Stages, MaskDecoder.Stages {
    private static final int GRID = SamArchitecture.GRID;
    private static final int TOKENS = GRID * GRID;
    private static final int PATCH = SamArchitecture.PATCH_SIZE;
    private static final int SIDE = SamArchitecture.IMAGE_SIZE;
    private static final int CHANNELS = SamArchitecture.EMBEDDING_CHANNELS;
    private static final int OUTPUT_TOKENS = 1 + SamArchitecture.MASKS;

    /** A stage of the encoder on a batch of one. */
    @Override
    public void after(String name, DeviceBuffer values, int channels) {
        float[] rows = HostFloats.of(stream, values, element, TOKENS * channels);
        switch (name) {
            case "pixels" -> observer.stage(name, new long[] {1, 3, SIDE, SIDE}, pixels(rows));
            case "image_embedding" ->
                observer.stage(name, new long[] {1, channels, GRID, GRID}, planes(rows, channels));
            default -> observer.stage(name, new long[] {1, GRID, GRID, channels}, rows);
        }
    }

    /** The prompt encoder's stages of one pair. */
    @Override
    public void prompts(DeviceBuffer tokens, int tokensPerPair, DeviceBuffer dense, DeviceBuffer imagePosition) {
        int points = tokensPerPair - OUTPUT_TOKENS;
        float[] all = HostFloats.of(stream, tokens, Element.FP32, tokensPerPair * CHANNELS);
        float[] sparse = new float[points * CHANNELS];
        System.arraycopy(all, OUTPUT_TOKENS * CHANNELS, sparse, 0, sparse.length);
        observer.stage("sparse_prompt", new long[] {1, 1, points, CHANNELS}, sparse);
        long[] shape = {1, CHANNELS, GRID, GRID};
        float[] rows = HostFloats.of(stream, dense, element, TOKENS * CHANNELS);
        observer.stage("dense_prompt", shape, planes(rows, CHANNELS));
        float[] position = HostFloats.of(stream, imagePosition, Element.FP32, TOKENS * CHANNELS);
        observer.stage("image_pe", shape, planes(position, CHANNELS));
    }

    /** What the decoder answered on one image. */
    void prediction(MaskPrediction prediction) {
        int prompts = prediction.logits().prompts();
        int side = LowResLogits.SIDE;
        long[] shape = {prompts, LowResLogits.MASKS, side, side};
        observer.stage("low_res_logits", shape, prediction.logits().values());
        observer.stage("iou", new long[] {prompts, LowResLogits.MASKS}, prediction.quality());
    }

    /** [4096][channels] to [channels][64][64]. */
    static float[] planes(float[] rows, int channels) {
        float[] planes = new float[rows.length];
        for (int i = 0; i < rows.length; i++) {
            planes[i % channels * TOKENS + i / channels] = rows[i];
        }
        return planes;
    }

    /** [channels][64][64] to [4096][channels]. */
    static float[] rows(float[] planes, int channels) {
        float[] rows = new float[planes.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = planes[i % channels * TOKENS + i / channels];
        }
        return rows;
    }

    /** Patches [4096][3][16][16] to [3][1024][1024]. */
    private static float[] pixels(float[] patches) {
        float[] pixels = new float[patches.length];
        int patchValues = 3 * PATCH * PATCH;
        for (int i = 0; i < patches.length; i++) {
            int token = i / patchValues;
            int plane = i % patchValues / (PATCH * PATCH);
            int y = token / GRID * PATCH + i / PATCH % PATCH;
            int x = token % GRID * PATCH + i % PATCH;
            pixels[(plane * SIDE + y) * SIDE + x] = patches[i];
        }
        return pixels;
    }
}
