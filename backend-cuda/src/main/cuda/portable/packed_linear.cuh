// A Linear whose weight is int8, 2:4 sparse, or both, on the tensor cores of sm_80 and newer: out = act(in weight^T + bias) + residual.
// mma.sp takes the sparse operand as a only, so the weight is a and the tokens are b, as in encoder/packed_linear.cuh, whose bits these
// are where no GELU follows and sums are exact.
// In       weight, metadata and scales as org.samfast.cuda.kernel.PackedWeights has them; in [m, k] int8 or bf16 as the weight is;
//          residual [m, n] bf16 or null, of results in bf16; n and k multiples of 16
// Out      out [m, n] bf16 or int8, every element written, rounded once
// Launch   grid (ceil(n / 128), ceil(m / 128)), block 128, shared 3 stages    Java  org.samfast.cuda.kernel.PackedLinear
#pragma once
#include "../common/packed_values.cuh"
#include "block_product.cuh"

struct Arguments {
    ValueArguments values;
    const bf16* residual;
    void* out;
    int m, n;
};

template <class OPERANDS> constexpr bool INT8 = std::is_same<typename OPERANDS::Sum, int>::value;
template <class OPERANDS, bool TO_INT8> using WarpFeatures = Features<4, 16, INT8<OPERANDS>, TO_INT8>;

// A warp's outputs on their way to memory, a token's features in a row, and the scales of its tokens.
constexpr int WARP_OUT_BYTES = WARP_TILE * 128;
constexpr int WARP_SHARED_BYTES = WARP_OUT_BYTES + WARP_TILE * 4;

__device__ __forceinline__ void share_token_scales(uint32_t to, const Arguments& p, int first) {
#pragma unroll
    for (int i = threadIdx.x % 32; i < WARP_TILE; i += 32) {
        bool any = p.values.token_scale != nullptr && first + i < p.m;
        store_shared(to + i * 4, any ? __ldg(p.values.token_scale + first + i) : 1.0f);
    }
}

// 16 tokens from the 16 t-th on and 16 features from the 16 i-th on, in the warp's rows of 128 bytes.
__device__ __forceinline__ void stage_bf16(float (&x)[8], uint32_t rows, int t, int i, bool with_residual) {
    int lane = threadIdx.x % 32;
    if (with_residual) {
        uint32_t residual[4];
        ldmatrix_x4_trans(residual, rows + swizzled<128>(16 * t + lane % 8 + lane / 16 * 8, 2 * i + lane / 8 % 2));
        add_pairs(x, residual);
    }
#pragma unroll
    for (int e = 0; e < 4; e++) {
        uint32_t pair = transposed_8x8(pack_bf16(x[2 * e], x[2 * e + 1]));
        store_shared(rows + swizzled<128>(16 * t + e / 2 * 8 + lane / 4, 2 * i + e % 2) + lane % 4 * 4, pair);
    }
}

// The same in rows of 64 bytes: two neighbouring features are one value of 16 bits.
template <int ACT>
__device__ __forceinline__ void stage_int8(const float (&x)[8], const float (&scale)[2], uint32_t rows, int t, int i) {
    int lane = threadIdx.x % 32;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        uint32_t four = transposed_8x8(tokens_int8<ACT>(x + 4 * half, scale));
        store_shared(rows + swizzled<64>(16 * t + half * 8 + lane / 4, i) + lane % 4 * 4, four);
    }
}

// Through the warp's own shared memory, so that residual and output are read and written in whole lines.
template <class OPERANDS, bool TO_INT8, int ACT>
__device__ __forceinline__ void finish(const typename OPERANDS::Sum (&sums)[4][8][4], const WarpFeatures<OPERANDS, TO_INT8>& features,
                                       unsigned char* stage, const Arguments& p, int token, int feature) {
    constexpr int OUT_BYTES = TO_INT8 ? 1 : 2;
    uint32_t rows = shared_address(stage);
    int64_t first = static_cast<int64_t>(token) * p.n + feature;
    auto for_each = [&](auto move) { for_each_chunk<WARP_TILE * OUT_BYTES>(p.m - token, (p.n - feature) * OUT_BYTES, move); };
    if (p.residual != nullptr) {
        const char* from = reinterpret_cast<const char*>(p.residual + first);
        for_each([&](int row, uint32_t at, int byte) {
            *reinterpret_cast<uint4*>(stage + at) = *reinterpret_cast<const uint4*>(from + static_cast<int64_t>(row) * p.n * 2 + byte);
        });
    }
    share_token_scales(rows + WARP_OUT_BYTES, p, token);
    __syncwarp();
    uint32_t token_scales = rows + WARP_OUT_BYTES + threadIdx.x % 4 * 8;
#pragma unroll
    for (int t = 0; t < 4; t++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            float x[8];
            values_of<ACT>(x, &sums[i][2 * t][0], features, i, token_scales + t * 64);
            if constexpr (TO_INT8) {
                stage_int8<ACT>(x, features.out_scale[i], rows, t, i);
            } else {
                stage_bf16(x, rows, t, i, p.residual != nullptr);
            }
        }
    }
    __syncwarp();
    char* to = static_cast<char*>(p.out) + first * OUT_BYTES;
    for_each([&](int row, uint32_t at, int byte) {
        *reinterpret_cast<uint4*>(to + static_cast<int64_t>(row) * p.n * OUT_BYTES + byte) = *reinterpret_cast<const uint4*>(stage + at);
    });
}

template <class OPERANDS, bool TO_INT8> __device__ __forceinline__ void packed_linear(const Product& product, const Arguments& p) {
    using Sum = typename OPERANDS::Sum;
    extern __shared__ __align__(128) unsigned char shared[];
    int tile_row = blockIdx.x * TILE;
    int tile_column = blockIdx.y * TILE;
    int feature = tile_row + warp_row();
    WarpFeatures<OPERANDS, TO_INT8> features;
    // where sums do not start with it, after the product, which needs the registers
    if (!INT8<OPERANDS>) features.load(p.values, feature, p.n);
    Sum sums[4][8][4];
#pragma unroll
    for (int i = 0; i < 4 * 8 * 4; i++) sums[i / 32][i / 4 % 8][i % 4] = features.template start<Sum>(i / 32, i % 4);
    multiply_block<OPERANDS>(sums, shared_address(shared), product, tile_row, tile_column);
    if (INT8<OPERANDS>) features.load(p.values, feature, p.n);
    unsigned char* stage = shared + threadIdx.x / 32 * WARP_SHARED_BYTES;
    if (p.values.act == GELU) {
        finish<OPERANDS, TO_INT8, GELU>(sums, features, stage, p, tile_column + warp_column(), feature);
    } else {
        finish<OPERANDS, TO_INT8, NONE>(sums, features, stage, p, tile_column + warp_column(), feature);
    }
}

// weight_bytes and in_bytes are of a row.
#define PACKED_LINEAR(ENTRY, OPERANDS, TO_INT8)                                                                                 \
    extern "C" __global__ void __launch_bounds__(THREADS, 2)                                                                    \
        ENTRY(const void* weight, const void* in, const void* metadata, const float* bias, const float* weight_scale,           \
              const float* token_scale, const float* out_scale, const bf16* residual, void* out, int m, int n, int weight_bytes, \
              int in_bytes, int act) {                                                                                          \
        int metadata_lane = TO_INT8 ? metadata_lane_of_pairs() : threadIdx.x % 32;                                              \
        Product product = {{weight, n, weight_bytes}, {in, m, in_bytes}, metadata, metadata_lane};                              \
        packed_linear<OPERANDS, TO_INT8>(product, {{bias, weight_scale, token_scale, out_scale, act}, residual, out, m, n});    \
    }
