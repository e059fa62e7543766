// The softmax of attend_from_image.cu: over a prompt's tokens, eight at a time, all of them in one thread.
#pragma once
#include "../common/attention.cuh"

constexpr int GROUP = 8;

// A thread's two heads of two tokens: the largest score, and the sum of the weights relative to it.
struct Mass {
    float largest[2][2], sum[2][2];

    __device__ __forceinline__ Mass() {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            largest[i / 2][i % 2] = -INFINITY;
            sum[i / 2][i % 2] = 0;
        }
    }

    // real: how many of the eight tokens count, at least 1.
    __device__ __forceinline__ void add(const float (&scores)[32], int real) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int r = i / 2, e = i % 2;
            float higher = largest[r][e];
#pragma unroll
            for (int t = 0; t < GROUP; t++) higher = t < real ? fmaxf(higher, scores[4 * t + 2 * r + e]) : higher;
            float more = sum[r][e] * exp2_approximate(largest[r][e] - higher);
#pragma unroll
            for (int t = 0; t < GROUP; t++) more += t < real ? exp2_approximate(scores[4 * t + 2 * r + e] - higher) : 0.0f;
            largest[r][e] = higher;
            sum[r][e] = more;
        }
    }

    // The scores' weights, of all tokens together 1, as row operand.
    __device__ __forceinline__ void weigh(uint32_t (&a)[4][4], const float (&scores)[32], int real) const {
        float inverse[2][2];
#pragma unroll
        for (int i = 0; i < 4; i++) inverse[i / 2][i % 2] = 1.0f / sum[i / 2][i % 2];
#pragma unroll
        for (int t = 0; t < GROUP; t++) {
#pragma unroll
            for (int r = 0; r < 2; r++) {
                float left = exp2_approximate(scores[4 * t + 2 * r] - largest[r][0]) * inverse[r][0];
                float right = exp2_approximate(scores[4 * t + 2 * r + 1] - largest[r][1]) * inverse[r][1];
                a[t / 2][t % 2 * 2 + r] = t < real ? pack_bf16(left, right) : 0u;
            }
        }
    }
};
