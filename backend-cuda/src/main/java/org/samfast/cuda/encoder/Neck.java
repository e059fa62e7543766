package org.samfast.cuda.encoder;

import org.samfast.architecture.SamArchitecture;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.Linear;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.weights.DeviceWeights;

/**
 * Tokens to the image embedding: convolution 1x1, norm, convolution 3x3, norm. Source: segment-anything image_encoder.py
 * ImageEncoderViT.neck @dca509f.
 */
final class Neck {
    private static final int CHANNELS = SamArchitecture.EMBEDDING_CHANNELS;
    private static final int PLACES = 9;

    private final EncoderKernels kernels;
    private final LinearWeights pointwise;
    private final NormWeights norm1;
    private final LinearWeights around;
    private final NormWeights norm2;

    Neck(EncoderKernels kernels, DeviceWeights weights, SamArchitecture architecture) {
        this.kernels = kernels;
        pointwise = new LinearWeights(
                weights.matrix("image_encoder.neck.0.weight"), DeviceBuffer.NONE, CHANNELS, architecture.width());
        norm1 = weights.norm("image_encoder.neck.1");
        float[] around3x3 = placesFirst(weights.floats("image_encoder.neck.2.weight"));
        around = new LinearWeights(
                weights.matrix("neck 3x3", around3x3), DeviceBuffer.NONE, CHANNELS, PLACES * CHANNELS);
        norm2 = weights.norm("image_encoder.neck.3");
    }

    /** From {@link EncoderBuffers#tokens} to {@link EncoderBuffers#embedding}. */
    void run(Stream stream, EncoderBuffers on, int images) {
        int rows = EncoderBuffers.rows(images);
        kernels.linear.apply(stream, on.tokens, pointwise, Linear.Activation.NONE, on.neck, rows);
        kernels.norm(stream, on.neck, norm1, on.neck, rows);
        kernels.neckGather.launch(stream, on.neck, on.hidden, images);
        kernels.linear.apply(stream, on.hidden, around, Linear.Activation.NONE, on.neck, rows);
        kernels.norm(stream, on.neck, norm2, on.embedding, rows);
    }

    /** [out][in][3][3] to [out][3][3][in], the order in which the surroundings of a token are gathered. */
    private static float[] placesFirst(float[] weight) {
        float[] ordered = new float[weight.length];
        for (int i = 0; i < CHANNELS * CHANNELS; i++) {
            for (int place = 0; place < PLACES; place++) {
                ordered[(i / CHANNELS * PLACES + place) * CHANNELS + i % CHANNELS] = weight[i * PLACES + place];
            }
        }
        return ordered;
    }
}
