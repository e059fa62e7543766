// A Linear whose weight is int8, 2:4 sparse, or both: out = act(in weight^T + bias) + residual. wgmma takes the sparse operand as a
// only, so the weight is a and the tokens are b: rows of the product are features, its columns tokens.
//
// A sum x of int8 products stands for x * weight_scale[feature] * token_scale[token]; where the scales of the tokens are constants
// that went into weight_scale, token_scale is null. Sums of bf16 products are what they stand for.
// Out is bf16, or int8: then round(value * out_scale[feature]), to -127..127. For int8 the weight's rows lie in pairs, so that a
// thread has two neighbours: row 8h + p of every 16 is the feature 2p + h. (All else is in the features' order.)
#pragma once
#include <type_traits>
#include "../common/element.cuh"
#include "../common/gelu.cuh"
#include "../common/int8.cuh"
#include "tiled_product.cuh"

enum Activation { NONE, GELU };

struct Arguments {
    Product product;
    const float* bias;
    const float* weight_scale;
    const float* token_scale;
    const float* out_scale;
    int act;
};

template <class T> constexpr bool INT8 = !std::is_same<typename T::Sum, float>::value;
template <class T> constexpr bool PAIRED = T::OUT_BYTES == 1;

// What a thread needs for the two features that it has in each 64 rows.
template <class T> struct Features {
    float scale[T::ROWS / 64][2];
    float bias[T::ROWS / 64][2];
    float out_scale[T::ROWS / 64][2];

    __device__ __forceinline__ void load(const Arguments& p, int first) {
        int lane = threadIdx.x % 32;
        first += threadIdx.x % WARPGROUP / 32 * 16 + (PAIRED<T> ? lane / 4 * 2 : lane / 4);
#pragma unroll
        for (int i = 0; i < T::ROWS / 64; i++) {
#pragma unroll
            for (int e = 0; e < 2; e++) {
                int feature = first + i * 64 + e * (PAIRED<T> ? 1 : 8);
                bool any = feature < p.product.rows;
                bias[i][e] = any && p.bias != nullptr ? __ldg(p.bias + feature) : 0.0f;
                if (INT8<T>) scale[i][e] = any ? __ldg(p.weight_scale + feature) : 0.0f;
                if (PAIRED<T>) out_scale[i][e] = any ? __ldg(p.out_scale + feature) : 0.0f;
            }
        }
    }
};

// Sums in fp32 begin with the bias; exact ones have to be scaled first.
template <class T>
__device__ __forceinline__ void start_sums(typename T::Sum (&sums)[T::ROWS / 64][T::COLUMNS / 2], const Features<T>& features) {
#pragma unroll
    for (int i = 0; i < T::ROWS / 64; i++) {
#pragma unroll
        for (int e = 0; e < T::COLUMNS / 2; e++) sums[i][e] = INT8<T> ? 0 : features.bias[i][e / 2 % 2];
    }
}

// The threads that work on a tile.
template <class T> __device__ __forceinline__ void tile_sync(int consumer) {
    if (!T::IN_TURNS) {
        asm volatile("bar.sync 1, 256;" ::: "memory");
    } else if (consumer == 0) {
        asm volatile("bar.sync 1, 128;" ::: "memory");
    } else {
        asm volatile("bar.sync 2, 128;" ::: "memory");
    }
}

// The scales of a tile's tokens to shared memory: a thread needs those of a quarter of them.
template <class T>
__device__ __forceinline__ void share_token_scales(const Shared<T>& shared, const Arguments& p, int first, int consumer) {
    constexpr int THREADS = T::IN_TURNS ? WARPGROUP : 2 * WARPGROUP;
    tile_sync<T>(consumer);
    for (int i = (threadIdx.x - WARPGROUP) % THREADS; i < T::COLUMNS; i += THREADS) {
        bool any = p.token_scale != nullptr && first + i < p.product.columns;
        store_shared(shared.extra(consumer) + i * 4, any ? __ldg(p.token_scale + first + i) : 1.0f);
    }
    tile_sync<T>(consumer);
}

// 16 tokens: 8 sums of this thread, of its two features for two tokens, then for the two that are 8 further.
template <class T, int ACT>
__device__ __forceinline__ void values_of(float (&x)[8], const typename T::Sum* sums, const Features<T>& features, int i, uint32_t scales) {
    if constexpr (INT8<T>) {
        float2 tokens[2] = {load_shared_2(scales), load_shared_2(scales + 32)};
#pragma unroll
        for (int e = 0; e < 8; e++) {
            float scaled = static_cast<float>(sums[e]) * (e % 2 == 0 ? tokens[e / 4].x : tokens[e / 4].y);
            x[e] = fmaf(scaled, features.scale[i][e / 2 % 2], features.bias[i][e / 2 % 2]);
        }
    } else {
#pragma unroll
        for (int e = 0; e < 8; e++) x[e] = sums[e];
    }
    if (ACT == GELU) gelu_polynomial(x);
}

// A slab of bf16, 64 features x SLAB_COLUMNS tokens, a token's features in a row of 128 bytes.
template <class T, int ACT, bool RESIDUAL>
__device__ __forceinline__ void finish_slab_bf16(const typename T::Sum* sums, const Features<T>& features, int i, uint32_t slab,
                                                 uint32_t scales) {
    int lane = threadIdx.x % 32;
    int chunk = threadIdx.x % WARPGROUP / 32 * 2 + lane / 8 % 2;
    uint32_t address = slab + (lane % 8 + lane / 16 * 8) * 128 + ((chunk ^ lane % 8) << 4);
#pragma unroll
    for (int j = 0; j < T::SLAB_COLUMNS / 16; j++, address += 16 * 128) {
        float x[8];
        values_of<T, ACT>(x, sums + 8 * j, features, i, scales + j * 64);
        if (RESIDUAL) {
            uint32_t residual[4];
            ldmatrix_x4_trans(residual, address);
#pragma unroll
            for (int e = 0; e < 4; e++) {
                x[2 * e] += __uint_as_float(residual[e] << 16);
                x[2 * e + 1] += __uint_as_float(residual[e] & 0xffff0000u);
            }
        }
        stmatrix_x4_trans(address, pack_bf16(x[0], x[1]), pack_bf16(x[2], x[3]), pack_bf16(x[4], x[5]), pack_bf16(x[6], x[7]));
    }
}

// Two neighbouring features of two tokens: one token in each half of the word. GELU's values are not exact, and their ties need not be.
template <int ACT> __device__ __forceinline__ uint32_t tokens_int8(const float* x, const float (&scale)[2]) {
    auto rounded = [&](int i) {
        return ACT == GELU ? round_int8_nearly(x[i], scale[i / 2] * UNIT_BY_INT8) : round_int8(x[i], scale[i / 2]);
    };
    return pack_bytes(rounded(0), rounded(2), rounded(1), rounded(3));
}

// A slab of int8, rows of 64 bytes: two neighbouring features are one value of 16 bits.
template <class T, int ACT>
__device__ __forceinline__ void finish_slab_int8(const typename T::Sum* sums, const Features<T>& features, int i, uint32_t slab,
                                                 uint32_t scales) {
    int lane = threadIdx.x % 32;
    uint32_t address = slab + lane * 64 + ((threadIdx.x % WARPGROUP / 32 ^ (lane >> 1 & 3)) << 4);
#pragma unroll
    for (int j = 0; j < T::SLAB_COLUMNS / 32; j++, address += 32 * 64) {
        uint32_t packed[4];
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float x[8];
            values_of<T, ACT>(x, sums + 16 * j + 8 * half, features, i, scales + j * 128 + half * 64);
            packed[2 * half] = tokens_int8<ACT>(x, features.out_scale[i]);
            packed[2 * half + 1] = tokens_int8<ACT>(x + 4, features.out_scale[i]);
        }
        stmatrix_x4_trans(address, packed[0], packed[1], packed[2], packed[3]);
    }
}

// Slab by slab, to shared memory.
template <class T, int ACT, bool RESIDUAL>
__device__ __forceinline__ void finish_tile(const typename T::Sum (&sums)[T::ROWS / 64][T::COLUMNS / 2], const Features<T>& features,
                                            const Shared<T>& shared, Ring<T::SLABS>& ring, int consumer) {
    int lane = threadIdx.x % 32;
#pragma unroll
    for (int c = 0; c < T::COLUMNS / T::SLAB_COLUMNS; c++) {
        uint32_t scales = shared.extra(consumer) + c * T::SLAB_COLUMNS * 4 + lane % 4 * 8;
#pragma unroll
        for (int i = 0; i < T::ROWS / 64; i++) {
            const typename T::Sum* of_slab = &sums[i][c * (T::SLAB_COLUMNS / 2)];
            uint32_t slab = shared.slab(consumer, ring.at);
            mbarrier_wait(shared.ready(consumer, ring.at), ring.parity);
            if constexpr (PAIRED<T>) {
                finish_slab_int8<T, ACT>(of_slab, features, i, slab, scales);
            } else {
                finish_slab_bf16<T, ACT, RESIDUAL>(of_slab, features, i, slab, scales);
            }
            tma_store_fence();
            __syncwarp();
            if (lane == 0) mbarrier_arrive(shared.filled(consumer, ring.at));
            ring.next();
        }
    }
}

template <class T> __device__ __forceinline__ void consume(const Shared<T>& shared, const Arguments& p, int consumer) {
    Tiles<T> tiles(p.product);
    Ring<T::SLABS> slabs(0);
    typename T::Sum sums[T::ROWS / 64][T::COLUMNS / 2];
    int count = slices<T>(p.product);
    int done = 0;
    for (int tile = tiles.first(); tile < tiles.count; tile += tiles.step(), done++) {
        if (T::IN_TURNS && done % 2 != consumer) continue;
        Features<T> features;
        features.load(p, tiles.row(tile) + (T::IN_TURNS ? 0 : consumer * T::ROWS));
        if (INT8<T>) share_token_scales(shared, p, tiles.column(tile), consumer);
        start_sums<T>(sums, features);
        // the first consumer begins without waiting
        if (T::IN_TURNS) mbarrier_wait(shared.turn(consumer), (done / 2 + consumer + 1) & 1);
        multiply_tile<T>(sums, shared, Ring<T::STAGES>(done * count), consumer, count);
        if (p.act == GELU) {
            finish_tile<T, GELU, false>(sums, features, shared, slabs, consumer);
        } else if (PAIRED<T> || p.product.residual_rows == 0) {
            finish_tile<T, NONE, false>(sums, features, shared, slabs, consumer);
        } else {
            finish_tile<T, NONE, true>(sums, features, shared, slabs, consumer);
        }
    }
}

// The scales of a tile's tokens.
template <class OPERANDS, int COLUMNS> constexpr int EXTRA = std::is_same<typename OPERANDS::Sum, float>::value ? 0 : COLUMNS * 4;

#define PACKED_LINEAR(ENTRY, OPERANDS, OUT_BYTES, ROWS, COLUMNS, IN_TURNS, SLABS)                                               \
    extern "C" __global__ void __cluster_dims__(BLOCKS, 1, 1) __launch_bounds__(3 * WARPGROUP, 1) ENTRY(                        \
        const __grid_constant__ TensorMap weight, const __grid_constant__ TensorMap in, const __grid_constant__ TensorMap out,  \
        const __grid_constant__ TensorMap residual, const uint32_t* metadata, const float* bias, const float* weight_scale,     \
        const float* token_scale, const float* out_scale, int m, int n, int k, int residual_rows, int act) {                    \
        using T = Tiling<OPERANDS, ROWS, COLUMNS, IN_TURNS, SLABS, true, OUT_BYTES, EXTRA<OPERANDS, COLUMNS>>;                  \
        Product product = {weight, in, out, residual, n, m, k, residual_rows, metadata};                                        \
        Arguments p = {product, bias, weight_scale, token_scale, out_scale, act};                                               \
        multiply_tiles<T>(product, [&](const Shared<T>& shared, int consumer) { consume(shared, p, consumer); });               \
    }
