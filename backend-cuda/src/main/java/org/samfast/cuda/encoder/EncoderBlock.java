package org.samfast.cuda.encoder;

import org.samfast.architecture.SamArchitecture;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.weights.DeviceWeights;

/** One transformer block of the image encoder. Source: segment-anything image_encoder.py Block @dca509f. */
abstract sealed class EncoderBlock permits DenseBlock, PackedBlock {
    final EncoderKernels kernels;
    private final boolean global;
    private final DeviceBuffer relH;
    private final DeviceBuffer relW;

    EncoderBlock(EncoderKernels kernels, DeviceWeights weights, SamArchitecture architecture, int layer) {
        this.kernels = kernels;
        global = architecture.isGlobal(layer);
        relH = weights.relativePositions(name(layer) + ".attn.rel_pos_h", layer);
        relW = weights.relativePositions(name(layer) + ".attn.rel_pos_w", layer);
    }

    static EncoderBlock of(EncoderKernels kernels, DeviceWeights weights, SamArchitecture architecture, int layer) {
        return kernels.packed == null
                ? new DenseBlock(kernels, weights, architecture, layer)
                : new PackedBlock(kernels, kernels.packed, weights, architecture, layer);
    }

    static String name(int layer) {
        return "image_encoder.blocks." + layer;
    }

    /** Advances the tokens in {@link EncoderBuffers#tokens} by this block. */
    abstract void run(Stream stream, EncoderBuffers on, int images);

    /** Whether {@link #attendToInt8} is there. */
    boolean attendsToInt8() {
        return global ? kernels.globalAttention.storesInt8() : kernels.windowAttention.storesInt8();
    }

    /** From {@link EncoderBuffers#qkv} to {@link EncoderBuffers#quantised}, a channel multiplied by its factor and rounded. */
    void attendToInt8(Stream stream, EncoderBuffers on, DeviceBuffer qkvBias, DeviceBuffer factors, int images) {
        if (global) {
            kernels.globalAttention.launchToInt8(stream, on.qkv, relH, relW, factors, on.quantised, images);
        } else {
            kernels.windowAttention.launchToInt8(stream, on.qkv, qkvBias, relH, relW, factors, on.quantised, images);
        }
    }

    /** From {@link EncoderBuffers#qkv} to {@link EncoderBuffers#normed}. */
    void attend(Stream stream, EncoderBuffers on, DeviceBuffer qkvBias, int images) {
        if (global) {
            kernels.globalAttention.launch(stream, on.qkv, relH, relW, on.normed, images);
        } else {
            kernels.windowAttention.launch(stream, on.qkv, qkvBias, relH, relW, on.normed, images);
        }
    }
}
