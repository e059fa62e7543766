// The softmax of the attentions of the image's side: over a prompt's tokens, eight at a time, all of them in one thread, and over keys
// that come a tile at a time, a row of scores in four threads.
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

    // A token that does not count has scores of -infinity; one does.
    __device__ __forceinline__ void add(const float (&scores)[32]) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int r = i / 2, e = i % 2;
            float higher = largest[r][e];
#pragma unroll
            for (int t = 0; t < GROUP; t++) higher = fmaxf(higher, scores[4 * t + 2 * r + e]);
            float more = sum[r][e] * exp2_approximate(largest[r][e] - higher);
#pragma unroll
            for (int t = 0; t < GROUP; t++) more += exp2_approximate(scores[4 * t + 2 * r + e] - higher);
            largest[r][e] = higher;
            sum[r][e] = more;
        }
    }

    // The scores' weights, of all tokens together 1, as row operand.
    __device__ __forceinline__ void weigh(uint32_t (&a)[4][4], float (&scores)[32]) const {
#pragma unroll
        for (int i = 0; i < 32; i++) scores[i] = exp2_approximate(scores[i] - largest[i / 2 % 2][i % 2]);
        share(a, scores);
    }

    // add and weigh where there are no more than these tokens: the same bits, each exponential worked out once.
    __device__ __forceinline__ void weigh_all(uint32_t (&a)[4][4], float (&scores)[32]) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            float higher = scores[i], all = 0;
#pragma unroll
            for (int t = 1; t < GROUP; t++) higher = fmaxf(higher, scores[4 * t + i]);
#pragma unroll
            for (int t = 0; t < GROUP; t++) all += scores[4 * t + i] = exp2_approximate(scores[4 * t + i] - higher);
            sum[i / 2][i % 2] = all;
        }
        share(a, scores);
    }

private:
    __device__ __forceinline__ void share(uint32_t (&a)[4][4], const float (&weights)[32]) const {
        float inverse[2][2];
#pragma unroll
        for (int i = 0; i < 4; i++) inverse[i / 2][i % 2] = 1.0f / sum[i / 2][i % 2];
#pragma unroll
        for (int t = 0; t < GROUP; t++) {
#pragma unroll
            for (int r = 0; r < 2; r++)
                a[t / 2][t % 2 * 2 + r] = pack_bf16(weights[4 * t + 2 * r] * inverse[r][0], weights[4 * t + 2 * r + 1] * inverse[r][1]);
        }
    }
};

// A thread's part of two rows of scores: the largest so far, and the sum of the weights relative to it, the thread's own.
struct RowMass {
    float largest[2] = {-INFINITY, -INFINITY}, sum[2] = {};

    // The weights of so many keys more as row operand, and what makes the ones before relative to the same largest score.
    template <int KEYS>
    __device__ __forceinline__ void weigh(uint32_t (&a)[KEYS / 16][4], float (&fade)[2], const float (&scores)[KEYS / 2]) {
#pragma unroll
        for (int r = 0; r < 2; r++) {
            float higher = scores[2 * r];
#pragma unroll
            for (int i = 0; i < KEYS / 4; i++) higher = fmaxf(higher, scores[i / 2 * 4 + 2 * r + i % 2]);
            higher = fmaxf(largest[r], quad_max(higher));
            fade[r] = exp2_approximate(largest[r] - higher);
            largest[r] = higher;
            sum[r] *= fade[r];
#pragma unroll
            for (int j = 0; j < KEYS / 8; j++) {
                uint32_t two = pack_bf16(exp2_approximate(scores[4 * j + 2 * r] - higher), exp2_approximate(scores[4 * j + 2 * r + 1] - higher));
                // what is multiplied is what is summed
                sum[r] += __uint_as_float(two << 16) + __uint_as_float(two & 0xffff0000u);
                a[j / 2][j % 2 * 2 + r] = two;
            }
        }
    }
};
