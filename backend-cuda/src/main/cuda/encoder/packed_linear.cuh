// A Linear whose weight is int8, 2:4 sparse, or both: out = act(in weight^T + bias) + residual. wgmma takes the sparse operand as a
// only, so the weight is a and the tokens are b: rows of the product are features, its columns tokens.
// What becomes of the sums: common/packed_values.cuh.
#pragma once
#include "../common/packed_values.cuh"
#include "tiled_product.cuh"

struct Arguments {
    Product product;
    ValueArguments values;
};

template <class T> constexpr bool INT8 = !std::is_same<typename T::Sum, float>::value;
template <class T> constexpr bool PAIRED = T::OUT_BYTES == 1;

template <class T> using TileFeatures = Features<T::ROWS / 64, 64, INT8<T>, PAIRED<T>>;

template <class T>
__device__ __forceinline__ void start_sums(typename T::Sum (&sums)[T::ROWS / 64][T::COLUMNS / 2], const TileFeatures<T>& features) {
#pragma unroll
    for (int i = 0; i < T::ROWS / 64; i++) {
#pragma unroll
        for (int e = 0; e < T::COLUMNS / 2; e++) sums[i][e] = features.template start<typename T::Sum>(i, e);
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
        bool any = p.values.token_scale != nullptr && first + i < p.product.columns;
        store_shared(shared.extra(consumer) + i * 4, any ? __ldg(p.values.token_scale + first + i) : 1.0f);
    }
    tile_sync<T>(consumer);
}

// A slab of bf16, 64 features x SLAB_COLUMNS tokens, a token's features in a row of 128 bytes.
template <class T, int ACT, bool RESIDUAL>
__device__ __forceinline__ void finish_slab_bf16(const typename T::Sum* sums, const TileFeatures<T>& features, int i, uint32_t slab,
                                                 uint32_t scales) {
    int lane = threadIdx.x % 32;
    int chunk = threadIdx.x % WARPGROUP / 32 * 2 + lane / 8 % 2;
    uint32_t address = slab + (lane % 8 + lane / 16 * 8) * 128 + ((chunk ^ lane % 8) << 4);
#pragma unroll
    for (int j = 0; j < T::SLAB_COLUMNS / 16; j++, address += 16 * 128) {
        float x[8];
        values_of<ACT>(x, sums + 8 * j, features, i, scales + j * 64);
        if (RESIDUAL) {
            uint32_t residual[4];
            ldmatrix_x4_trans(residual, address);
            add_pairs(x, residual);
        }
        stmatrix_x4_trans(address, pack_bf16(x[0], x[1]), pack_bf16(x[2], x[3]), pack_bf16(x[4], x[5]), pack_bf16(x[6], x[7]));
    }
}

// A slab of int8, rows of 64 bytes: two neighbouring features are one value of 16 bits.
template <class T, int ACT>
__device__ __forceinline__ void finish_slab_int8(const typename T::Sum* sums, const TileFeatures<T>& features, int i, uint32_t slab,
                                                 uint32_t scales) {
    int lane = threadIdx.x % 32;
    uint32_t address = slab + lane * 64 + ((threadIdx.x % WARPGROUP / 32 ^ (lane >> 1 & 3)) << 4);
#pragma unroll
    for (int j = 0; j < T::SLAB_COLUMNS / 32; j++, address += 32 * 64) {
        uint32_t packed[4];
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float x[8];
            values_of<ACT>(x, sums + 16 * j + 8 * half, features, i, scales + j * 128 + half * 64);
            packed[2 * half] = tokens_int8<ACT>(x, features.out_scale[i]);
            packed[2 * half + 1] = tokens_int8<ACT>(x + 4, features.out_scale[i]);
        }
        stmatrix_x4_trans(address, packed[0], packed[1], packed[2], packed[3]);
    }
}

// Slab by slab, to shared memory.
template <class T, int ACT, bool RESIDUAL>
__device__ __forceinline__ void finish_tile(const typename T::Sum (&sums)[T::ROWS / 64][T::COLUMNS / 2], const TileFeatures<T>& features,
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
        TileFeatures<T> features;
        int first = tiles.row(tile) + (T::IN_TURNS ? 0 : consumer * T::ROWS) + threadIdx.x % WARPGROUP / 32 * 16;
        features.load(p.values, first, p.product.rows);
        if (INT8<T>) share_token_scales(shared, p, tiles.column(tile), consumer);
        start_sums<T>(sums, features);
        // the first consumer begins without waiting
        if (T::IN_TURNS) mbarrier_wait(shared.turn(consumer), (done / 2 + consumer + 1) & 1);
        multiply_tile<T>(sums, shared, Ring<T::STAGES>(done * count), consumer, count);
        if (p.values.act == GELU) {
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
        Arguments p = {product, {bias, weight_scale, token_scale, out_scale, act}};                                             \
        multiply_tiles<T>(product, [&](const Shared<T>& shared, int consumer) { consume(shared, p, consumer); });               \
    }
