// What a Linear whose weight is packed makes of its sums, as the tensor cores leave them to a thread: rows of the product are
// features, its columns tokens.
//
// A sum x of int8 products stands for x * weight_scale[feature] * token_scale[token]; where the scales of the tokens are constants
// that went into weight_scale, token_scale is null. Sums of bf16 products are what they stand for.
// Out is bf16, or int8: then round(value * out_scale[feature]), to -127..127. For int8 the weight's rows lie in pairs, so that a
// thread has two neighbours: row 8h + p of every 16 is the feature 2p + h. (All else is in the features' order.)
#pragma once
#include <type_traits>
#include "element.cuh"
#include "gelu.cuh"
#include "int8.cuh"
#include "shared_memory.cuh"

enum Activation { NONE, GELU };

struct ValueArguments {
    const float* bias;
    const float* weight_scale;
    const float* token_scale;
    const float* out_scale;
    int act;
};

// What a thread needs for the two features that it has in each of GROUPS times 16 rows, STRIDE rows apart.
template <int GROUPS, int STRIDE, bool FROM_INT8, bool TO_INT8> struct Features {
    float scale[GROUPS][2];
    float bias[GROUPS][2];
    float out_scale[GROUPS][2];

    // first: the warp's first feature; count: how many there are.
    __device__ __forceinline__ void load(const ValueArguments& p, int first, int count) {
        int lane = threadIdx.x % 32;
        first += TO_INT8 ? lane / 4 * 2 : lane / 4;
#pragma unroll
        for (int i = 0; i < GROUPS; i++) {
#pragma unroll
            for (int e = 0; e < 2; e++) {
                int feature = first + i * STRIDE + e * (TO_INT8 ? 1 : 8);
                bool any = feature < count;
                bias[i][e] = any && p.bias != nullptr ? __ldg(p.bias + feature) : 0.0f;
                if (FROM_INT8) scale[i][e] = any ? __ldg(p.weight_scale + feature) : 0.0f;
                if (TO_INT8) out_scale[i][e] = any ? __ldg(p.out_scale + feature) : 0.0f;
            }
        }
    }

    // Sums in fp32 begin with the bias; exact ones have to be scaled first.
    template <class SUM> __device__ __forceinline__ SUM start(int group, int e) const { return FROM_INT8 ? 0 : bias[group][e / 2 % 2]; }
};

// 16 tokens: 8 sums of this thread, of its two features of a group for two tokens, then for the two that are 8 further.
// token_scales: in shared memory, of the first of these tokens.
template <int ACT, class SUM, class FEATURES>
__device__ __forceinline__ void values_of(float (&x)[8], const SUM* sums, const FEATURES& features, int group, uint32_t token_scales) {
    if constexpr (std::is_same<SUM, int>::value) {
        float2 tokens[2] = {load_shared_2(token_scales), load_shared_2(token_scales + 32)};
#pragma unroll
        for (int e = 0; e < 8; e++) {
            float scaled = static_cast<float>(sums[e]) * (e % 2 == 0 ? tokens[e / 4].x : tokens[e / 4].y);
            x[e] = fmaf(scaled, features.scale[group][e / 2 % 2], features.bias[group][e / 2 % 2]);
        }
    } else {
#pragma unroll
        for (int e = 0; e < 8; e++) x[e] = sums[e];
    }
    if (ACT == GELU) gelu_polynomial(x);
}

// Two neighbouring features of two tokens: one token in each half of the word. GELU's values are not exact, and their ties need not be.
template <int ACT> __device__ __forceinline__ uint32_t tokens_int8(const float* x, const float (&scale)[2]) {
    auto rounded = [&](int i) {
        return ACT == GELU ? round_int8_nearly(x[i], scale[i / 2] * UNIT_BY_INT8) : round_int8(x[i], scale[i / 2]);
    };
    return pack_bytes(rounded(0), rounded(2), rounded(1), rounded(3));
}

// Adds the residuals of the 16 tokens and 16 features that ldmatrix_x4_trans gives.
__device__ __forceinline__ void add_pairs(float (&x)[8], const uint32_t (&residual)[4]) {
#pragma unroll
    for (int e = 0; e < 4; e++) {
        x[2 * e] += __uint_as_float(residual[e] << 16);
        x[2 * e + 1] += __uint_as_float(residual[e] & 0xffff0000u);
    }
}
