package org.samfast.cuda.decoder;

import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.weights.DeviceWeights;

/**
 * The weights of an attention between tokens and image, 8 heads of 16 channels: fp32 on the side of the tokens, the
 * element on the side of the image.
 */
record CrossAttention(LinearWeights q, LinearWeights k, LinearWeights v, LinearWeights out) {
    /** Queries and output are tokens. */
    static CrossAttention ofTokens(DeviceWeights weights, String module) {
        return new CrossAttention(
                weights.tokenLinear(module + ".q_proj"),
                weights.linear(module + ".k_proj"),
                weights.linear(module + ".v_proj"),
                weights.tokenLinear(module + ".out_proj"));
    }

    /** Queries and output are the image's. */
    static CrossAttention ofImage(DeviceWeights weights, String module) {
        return new CrossAttention(
                weights.linear(module + ".q_proj"),
                weights.tokenLinear(module + ".k_proj"),
                weights.tokenLinear(module + ".v_proj"),
                weights.linear(module + ".out_proj"));
    }
}
