// linear_bf16_sm90_*: out = act(in weight^T + bias) + residual, in bf16 with fp32 sums, on Hopper's wgmma and copy engine.
// linear_measured_bf16_sm90_*: the same without act, and the sums that a LayerNorm of out needs.
// linear_normed_bf16_sm90_*: out = act(norm(in) weight^T + bias), the norm folded into weight and bias by folded_norm.cu.
// Architectures: sm_90a
// Source   torch.nn.Linear, with what follows it in segment-anything image_encoder.py Block, MLPBlock @dca509f
// In       in [m, k] bf16; weight [n, k] bf16; bias [n] fp32 or null; residual [residual_rows, n] bf16 repeated every
//          residual_rows rows (a multiple of 64, or at least m), none if residual_rows is 0; k, n multiples of 8;
//          act 0 none, 1 exact GELU, 2 ReLU
// Out      out [m, n] bf16, every element written, rounded once. A row's bits depend on nothing but that row: every tiling
//          sums k in the same order, and k is never split
//          measured: partial fp32 [n/32][m]{sum, sum of squares} of 32 columns of out; n a multiple of 32
// In       normed: bias is folded [n/2]{bias of two columns, sums of their weights} fp32, statistics [m]{mean, deviation} fp32
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
    const float2* statistics = nullptr;
    float* partial = nullptr;
};

// What an entry does beside the product.
enum Form { PLAIN, MEASURED, NORMED };

// The first of this thread's rows in 64 of a tile; the other is 8 below.
template <class T> __device__ __forceinline__ int first_row(const Tiles<T>& tiles, int tile, int consumer) {
    return tiles.row(tile) + (T::IN_TURNS ? 0 : consumer * T::ROWS) + threadIdx.x % WARPGROUP / 32 * 16 + threadIdx.x % 32 / 4;
}

// {mean, deviation} of each of this thread's rows.
template <class T> __device__ __forceinline__ void load_statistics(float2 (&rows)[T::ROWS / 32], int row, const Arguments& p) {
#pragma unroll
    for (int i = 0; i < T::ROWS / 32; i++) {
        int at = row + i / 2 * 64 + i % 2 * 8;
        rows[i] = at < p.product.rows ? p.statistics[at] : float2{0.0f, 1.0f};
    }
}

// In the order in which they are written: moved together they would need more registers than there are.
__device__ __forceinline__ float4 load_folded(const float* from, bool there) {
    float4 two = {};
    if (there) {
        asm volatile("ld.global.v4.f32 {%0,%1,%2,%3}, [%4];" : "=f"(two.x), "=f"(two.y), "=f"(two.z), "=f"(two.w) : "l"(from) : "memory");
    }
    return two;
}

// norm(x) w + b = (x w' - mean u + b' deviation) / deviation, w' = gamma w, u = its sum, b' = b + beta w: all but the division.
template <class T>
__device__ __forceinline__ void start_normed_sums(float (&sums)[T::ROWS / 64][T::COLUMNS / 2], int row, int column, const Arguments& p) {
    float2 rows[T::ROWS / 32];
    load_statistics<T>(rows, row, p);
    column += 2 * (threadIdx.x % 4);
#pragma unroll
    for (int j = 0; j < T::COLUMNS / 8; j++, column += 8) {
        float4 two = load_folded(p.bias + 2 * column, column < p.product.columns);
#pragma unroll
        for (int i = 0; i < T::ROWS / 32; i++) {
            sums[i / 2][4 * j + i % 2 * 2] = fmaf(two.x, rows[i].y, -rows[i].x * two.z);
            sums[i / 2][4 * j + i % 2 * 2 + 1] = fmaf(two.y, rows[i].y, -rows[i].x * two.w);
        }
    }
}

// Sums and sums of squares over 32 columns of this thread's two rows.
struct RowSums {
    float sum[2] = {}, squares[2] = {};

    // 16 columns, as finish_columns has stored them.
    __device__ __forceinline__ void add(const uint32_t (&stored)[4]) {
#pragma unroll
        for (int e = 0; e < 4; e++) {
            float low = __uint_as_float(stored[e] << 16), high = __uint_as_float(stored[e] & 0xffff0000u);
            sum[e % 2] += low + high;
            squares[e % 2] = fmaf(low, low, fmaf(high, high, squares[e % 2]));
        }
    }

    // Adds up over the four lanes that share the rows; each is left with one of the four sums, and stores it.
    __device__ __forceinline__ void store(const Arguments& p, int row, int column) {
        bool second = threadIdx.x & 1, lower = threadIdx.x & 2;
        float upper_sum = (second ? squares[0] : sum[0]) + __shfl_xor_sync(~0u, second ? sum[0] : squares[0], 1);
        float lower_sum = (second ? squares[1] : sum[1]) + __shfl_xor_sync(~0u, second ? sum[1] : squares[1], 1);
        float total = (lower ? lower_sum : upper_sum) + __shfl_xor_sync(~0u, lower ? upper_sum : lower_sum, 2);
        if (lower) row += 8;
        if (row < p.product.rows && column < p.product.columns) {
            p.partial[2 * (static_cast<size_t>(column / 32) * p.product.rows + row) + second] = total;
        }
    }
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

// The 16 columns of a slab that lie at address: 8 values of this thread, 4 in each group of 8 columns, two of either row.
template <int ACT, bool RESIDUAL>
__device__ __forceinline__ void finish_columns(float (&x)[8], uint32_t (&stored)[4], uint32_t address) {
#pragma unroll
    for (int e = 0; e < 8; e++) x[e] = ACT == RELU ? fmaxf(x[e], 0.0f) : x[e];
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
#pragma unroll
    for (int e = 0; e < 4; e++) stored[e] = pack_bf16(x[2 * e], x[2 * e + 1]);
    stmatrix_x4(address, stored[0], stored[1], stored[2], stored[3]);
}

// Slab by slab: activation and residual, to shared memory. first is this thread's first row, column the tile's.
template <class T, int FORM, int ACT, bool RESIDUAL>
__device__ __forceinline__ void finish_tile(const float (&sums)[T::ROWS / 64][T::COLUMNS / 2], const Shared<T>& shared,
                                            Ring<T::SLABS>& ring, const Arguments& p, int consumer, int first, int column) {
    float scale[T::ROWS / 32];
    if (FORM == NORMED) {
        int computed_anew = first;   // else the addresses take registers all through the product
        asm volatile("" : "+r"(computed_anew));
        float2 rows[T::ROWS / 32];
        load_statistics<T>(rows, computed_anew, p);
#pragma unroll
        for (int i = 0; i < T::ROWS / 32; i++) scale[i] = 1.0f / rows[i].y;
    }
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
            RowSums measured;
#pragma unroll
            for (int j = 0; j < T::SLAB_COLUMNS / 16; j++) {
                float x[8];
#pragma unroll
                for (int e = 0; e < 8; e++) {
                    float sum = sums[i][c * (T::SLAB_COLUMNS / 2) + 8 * j + e];
                    x[e] = FORM == NORMED ? sum * scale[2 * i + e / 2 % 2] : sum;
                }
                uint32_t stored[4];
                finish_columns<ACT, RESIDUAL>(x, stored, slab ^ (32 * j));
                if (FORM == MEASURED) {
                    if (j % 2 == 0) measured = {};
                    measured.add(stored);
                    if (j % 2 == 1) measured.store(p, first + i * 64, column + c * T::SLAB_COLUMNS + 16 * (j - 1));
                }
            }
            tma_store_fence();
            __syncwarp();
            if (lane == 0) mbarrier_arrive(shared.filled(consumer, ring.at));
            ring.next();
        }
    }
}

template <class T, int ACT>
__device__ __forceinline__ void finish_plain_tile(const float (&sums)[T::ROWS / 64][T::COLUMNS / 2], const Shared<T>& shared,
                                                  Ring<T::SLABS>& ring, const Arguments& p, int consumer) {
    if (p.product.residual_rows != 0) {
        finish_tile<T, PLAIN, ACT, true>(sums, shared, ring, p, consumer, 0, 0);
    } else {
        finish_tile<T, PLAIN, ACT, false>(sums, shared, ring, p, consumer, 0, 0);
    }
}

template <class T, int FORM> __device__ __forceinline__ void consume(const Shared<T>& shared, const Arguments& p, int consumer) {
    Tiles<T> tiles(p.product);
    Ring<T::SLABS> slabs(0);
    float sums[T::ROWS / 64][T::COLUMNS / 2];
    int count = slices<T>(p.product);
    int done = 0;
    for (int tile = tiles.first(); tile < tiles.count; tile += tiles.step(), done++) {
        if (T::IN_TURNS && done % 2 != consumer) continue;
        if (FORM == NORMED) {
            start_normed_sums<T>(sums, first_row(tiles, tile, consumer), tiles.column(tile), p);
        } else {
            start_sums<T>(sums, tiles.column(tile), p);
        }
        // the first consumer begins without waiting
        if (T::IN_TURNS) mbarrier_wait(shared.turn(consumer), (done / 2 + consumer + 1) & 1);
        multiply_tile<T>(sums, shared, Ring<T::STAGES>(done * count), consumer, count);
        if constexpr (FORM == MEASURED) {
            finish_tile<T, MEASURED, NONE, true>(sums, shared, slabs, p, consumer, first_row(tiles, tile, consumer), tiles.column(tile));
        } else if constexpr (FORM == NORMED) {
            int first = first_row(tiles, tile, consumer);
            if (p.act == GELU) {
                finish_tile<T, NORMED, GELU, false>(sums, shared, slabs, p, consumer, first, 0);
            } else {
                finish_tile<T, NORMED, NONE, false>(sums, shared, slabs, p, consumer, first, 0);
            }
        } else if (p.act == GELU) {
            finish_plain_tile<T, GELU>(sums, shared, slabs, p, consumer);
        } else if (p.act == RELU) {
            finish_plain_tile<T, RELU>(sums, shared, slabs, p, consumer);
        } else {
            finish_plain_tile<T, NONE>(sums, shared, slabs, p, consumer);
        }
    }
}

template <class T, int FORM> __device__ __forceinline__ void linear(const Arguments& p) {
    multiply_tiles<T>(p.product, [&](const Shared<T>& shared, int consumer) { consume<T, FORM>(shared, p, consumer); });
}

#define LINEAR(NAME, ROWS, COLUMNS, IN_TURNS, SLABS)                                                                            \
    extern "C" __global__ void __cluster_dims__(BLOCKS, 1, 1) __launch_bounds__(3 * WARPGROUP, 1) linear_bf16_sm90_##NAME(       \
        const __grid_constant__ TensorMap in, const __grid_constant__ TensorMap weight, const __grid_constant__ TensorMap out,   \
        const __grid_constant__ TensorMap residual, const float* bias, int m, int n, int k, int residual_rows, int act) {        \
        Product product = {in, weight, out, residual, m, n, k, residual_rows};                                                   \
        linear<Tiling<DenseBf16, ROWS, COLUMNS, IN_TURNS, SLABS>, PLAIN>({product, bias, act});                                  \
    }                                                                                                                            \
    extern "C" __global__ void __cluster_dims__(BLOCKS, 1, 1) __launch_bounds__(3 * WARPGROUP, 1)                                \
    linear_measured_bf16_sm90_##NAME(                                                                                            \
        const __grid_constant__ TensorMap in, const __grid_constant__ TensorMap weight, const __grid_constant__ TensorMap out,   \
        const __grid_constant__ TensorMap residual, const float* bias, int m, int n, int k, int residual_rows, float* partial) { \
        Product product = {in, weight, out, residual, m, n, k, residual_rows};                                                   \
        linear<Tiling<DenseBf16, ROWS, COLUMNS, IN_TURNS, SLABS>, MEASURED>({product, bias, NONE, nullptr, partial});            \
    }                                                                                                                            \
    extern "C" __global__ void __cluster_dims__(BLOCKS, 1, 1) __launch_bounds__(3 * WARPGROUP, 1)                                \
    linear_normed_bf16_sm90_##NAME(                                                                                              \
        const __grid_constant__ TensorMap in, const __grid_constant__ TensorMap weight, const __grid_constant__ TensorMap out,   \
        const float* folded, const float2* statistics, int m, int n, int k, int act) {                                           \
        Product product = {in, weight, out, out, m, n, k, 0};                                                                    \
        linear<Tiling<DenseBf16, ROWS, COLUMNS, IN_TURNS, SLABS>, NORMED>({product, folded, act, statistics});                   \
    }

LINEAR(together_128x256, 64, 256, false, 2)
LINEAR(turns_128x192, 128, 192, true, 4)
LINEAR(turns_128x160, 128, 160, true, 5)
