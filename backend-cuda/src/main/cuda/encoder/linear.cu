// linear_bf16_sm90_*: out = act(in weight^T + bias) + residual, in bf16 with fp32 sums, on Hopper's wgmma and copy engine.
// Architectures: sm_90a
// Source   torch.nn.Linear, with what follows it in segment-anything image_encoder.py Block, MLPBlock @dca509f
// In       in [m, k] bf16; weight [n, k] bf16; bias [n] fp32 or null; residual [residual_rows, n] bf16 repeated every
//          residual_rows rows (a multiple of 64, or at least m), none if residual_rows is 0; k, n multiples of 8;
//          act 0 none, 1 exact GELU, 2 ReLU
// Out      out [m, n] bf16, every element written, rounded once. A row's bits depend on nothing but that row: every tiling
//          sums k in the same order, and k is never split
// Launch   grid an even number of blocks (persistent, clusters of 2), 384 threads, shared Tiling::SHARED_BYTES
// Java     org.samfast.cuda.kernel.HopperLinear
//
// Tile by tile, as tiled_product.cuh has it: its a is in, its b weight.
// Rate           H100, 32768 rows: 520 to 720 TFLOP/s where power limits the clock, 540 to 785 on a rested card; the floor is
//                760, and for 768x768 with residual the 151 MB it moves (docs/kernels.md)
#include "../common/element.cuh"
#include "../common/gelu.cuh"
#include "tiled_product.cuh"

enum Activation { NONE, GELU, RELU };

struct Arguments {
    Product product;
    const float* bias;
    int act;
};

// The sums begin with the bias: nothing is left to load when they are complete.
template <class T> __device__ __forceinline__ void start_sums(float (&sums)[T::ROWS / 64][T::COLUMNS / 2], int column, const Arguments& p) {
    int columns = p.bias == nullptr ? 0 : p.product.columns;
    column += 2 * (threadIdx.x % 4);
#pragma unroll
    for (int j = 0; j < T::COLUMNS / 8; j++, column += 8) {
        float2 bias = column < columns ? __ldg(reinterpret_cast<const float2*>(p.bias + column)) : float2{0.0f, 0.0f};
#pragma unroll
        for (int i = 0; i < T::ROWS / 64 * 2; i++) {
            sums[i / 2][4 * j + i % 2 * 2] = bias.x;
            sums[i / 2][4 * j + i % 2 * 2 + 1] = bias.y;
        }
    }
}

// The 16 columns of a slab that lie at address: 8 sums of this thread, 4 in each group of 8 columns.
template <int ACT, bool RESIDUAL> __device__ __forceinline__ void finish_columns(const float* sums, uint32_t address) {
    float x[8];
#pragma unroll
    for (int e = 0; e < 8; e++) x[e] = ACT == RELU ? fmaxf(sums[e], 0.0f) : sums[e];
    if (ACT == GELU) gelu_polynomial(x);
    if (RESIDUAL) {
        uint32_t residual[4];
        ldmatrix_x4(residual, address);
#pragma unroll
        for (int e = 0; e < 4; e++) {
            x[2 * e] += __uint_as_float(residual[e] << 16);
            x[2 * e + 1] += __uint_as_float(residual[e] & 0xffff0000u);
        }
    }
    stmatrix_x4(address, pack_bf16(x[0], x[1]), pack_bf16(x[2], x[3]), pack_bf16(x[4], x[5]), pack_bf16(x[6], x[7]));
}

// Slab by slab: activation and residual, to shared memory.
template <class T, int ACT, bool RESIDUAL>
__device__ __forceinline__ void finish_tile(const float (&sums)[T::ROWS / 64][T::COLUMNS / 2], const Shared<T>& shared,
                                            Ring<T::SLABS>& ring, int consumer) {
    int lane = threadIdx.x % 32;
    int row = threadIdx.x % WARPGROUP / 32 * 16 + lane % 16;
    int swizzle = T::SLAB_COLUMNS == 64 ? row & 7 : row >> 1 & 3;
    uint32_t offset = row * T::SLAB_COLUMNS * 2 + ((lane / 16 ^ swizzle) << 4);
#pragma unroll
    for (int c = 0; c < T::COLUMNS / T::SLAB_COLUMNS; c++) {
#pragma unroll
        for (int i = 0; i < T::ROWS / 64; i++) {
            uint32_t slab = shared.slab(consumer, ring.at) + offset;
            mbarrier_wait(shared.ready(consumer, ring.at), ring.parity);
#pragma unroll
            for (int j = 0; j < T::SLAB_COLUMNS / 16; j++) {
                finish_columns<ACT, RESIDUAL>(&sums[i][c * (T::SLAB_COLUMNS / 2) + 8 * j], slab ^ (32 * j));
            }
            tma_store_fence();
            __syncwarp();
            if (lane == 0) mbarrier_arrive(shared.filled(consumer, ring.at));
            ring.next();
        }
    }
}

template <class T, int ACT>
__device__ __forceinline__ void finish_tile(const float (&sums)[T::ROWS / 64][T::COLUMNS / 2], const Shared<T>& shared,
                                            Ring<T::SLABS>& ring, int consumer, bool residual) {
    if (residual) {
        finish_tile<T, ACT, true>(sums, shared, ring, consumer);
    } else {
        finish_tile<T, ACT, false>(sums, shared, ring, consumer);
    }
}

template <class T> __device__ __forceinline__ void consume(const Shared<T>& shared, const Arguments& p, int consumer) {
    Tiles<T> tiles(p.product);
    Ring<T::SLABS> slabs(0);
    float sums[T::ROWS / 64][T::COLUMNS / 2];
    int count = slices<T>(p.product);
    bool residual = p.product.residual_rows != 0;
    int done = 0;
    for (int tile = tiles.first(); tile < tiles.count; tile += tiles.step(), done++) {
        if (T::IN_TURNS && done % 2 != consumer) continue;
        start_sums<T>(sums, tiles.column(tile), p);
        // the first consumer begins without waiting
        if (T::IN_TURNS) mbarrier_wait(shared.turn(consumer), (done / 2 + consumer + 1) & 1);
        multiply_tile<T>(sums, shared, Ring<T::STAGES>(done * count), consumer, count);
        if (p.act == GELU) {
            finish_tile<T, GELU>(sums, shared, slabs, consumer, residual);
        } else if (p.act == RELU) {
            finish_tile<T, RELU>(sums, shared, slabs, consumer, residual);
        } else {
            finish_tile<T, NONE>(sums, shared, slabs, consumer, residual);
        }
    }
}

template <class T> __device__ __forceinline__ void linear(const Arguments& p) {
    multiply_tiles<T>(p.product, [&](const Shared<T>& shared, int consumer) { consume(shared, p, consumer); });
}

#define LINEAR(NAME, ROWS, COLUMNS, IN_TURNS, SLABS)                                                                          \
    extern "C" __global__ void __cluster_dims__(BLOCKS, 1, 1) __launch_bounds__(3 * WARPGROUP, 1) linear_bf16_sm90_##NAME(     \
        const __grid_constant__ TensorMap in, const __grid_constant__ TensorMap weight, const __grid_constant__ TensorMap out, \
        const __grid_constant__ TensorMap residual, const float* bias, int m, int n, int k, int residual_rows, int act) {      \
        Product product = {in, weight, out, residual, m, n, k, residual_rows};                                                 \
        linear<Tiling<DenseBf16, ROWS, COLUMNS, IN_TURNS, SLABS>>({product, bias, act});                                       \
    }

LINEAR(together_128x256, 64, 256, false, 2)
LINEAR(turns_128x192, 128, 192, true, 4)
LINEAR(turns_128x160, 128, 160, true, 5)
