// token_linear_bf16, token_expand_bf16, token_reduce_bf16, each _few and _many, the first two also _large: the Linears of the decoder's tokens as token_linear has them,
// but with inputs and weights rounded to bf16, and what lies between the two Linears of an MLP stored so: expand writes it, reduce reads it.
// Tilings of one sum: k is cut into slabs of 256, each summed from 0 by the same instructions in the same order, the slabs then
// added in order. So all give the same bits, whatever the other rows are and however many.
// Source   segment-anything transformer.py Attention, TwoWayAttentionBlock; nn.Linear @dca509f
// In       as token_linear.cu, weight [p][n][k] bf16; k a multiple of 16, at most 256 but for reduce, whose in is bf16 without addend and
//          in_stride and in_part multiples of 8
// Out      as token_linear.cu, of expand in bf16
// Launch   few: grid (ceil(n / 16), ceil(rows / 16), parts), block 32 min(4, slabs), shared 16896 B a warp; many: grid (ceil(n / 64),
//          ceil(rows / 32), parts), block 128, shared 50688 B, of reduce twice; large: of 128 features and 64 rows, block 256, twice that   Java  org.samfast.cuda.kernel.TokenLinear
#include "../common/async_copy.cuh"
#include "../common/mma.cuh"
#include "token_linear.cuh"

constexpr int SLAB = 256;
constexpr int STEP = 16;
// 16 bytes more than a slab: eight rows lie in eight different groups of banks.
constexpr int PITCH = SLAB + 8;
constexpr int OCTETS = SLAB / 8;
// A warp's rows.
constexpr int ROWS = 16;

// A tile's address in shared memory: rows of PITCH bf16.
struct Tile {
    uint32_t address;

    __device__ __forceinline__ uint32_t at(int row, int column) const { return address + (row * PITCH + column) * 2; }

    __device__ __forceinline__ Tile below(int rows) const { return {at(rows, 0)}; }
};

__device__ __forceinline__ void store_shared(uint32_t address, uint4 value) {
    asm volatile("st.shared.v4.b32 [%0], {%1,%2,%3,%4};" ::"r"(address), "r"(value.x), "r"(value.y), "r"(value.z), "r"(value.w) : "memory");
}

// One slab of `wanted` features' weights, from `start` on, zeros past n and k; without waiting.
template <int TILE, int THREADS, class In, class Out>
__device__ __forceinline__ void bring_weights(Tile to, const TokenLinear<In, Out>& linear, int first, int start, int thread) {
    const bf16* weight = linear.template weight<bf16>();
#pragma unroll 8
    for (int i = 0; i < TILE * OCTETS / THREADS; i++) {
        int octet = thread + i * THREADS, row = octet / OCTETS, column = octet % OCTETS * 8;
        bool wanted = first + row < linear.n && start + column < linear.k;
        copy_async_16(to.at(row, column), weight + static_cast<size_t>(first + row) * linear.k + start + column, wanted);
    }
}

// One slab of inputs, likewise; those of fp32 are rounded on the way and there when this returns.
template <int TILE, int THREADS, class Out>
__device__ __forceinline__ void bring_inputs(Tile to, const TokenLinear<bf16, Out>& linear, int first, int start, int thread) {
#pragma unroll 8
    for (int i = 0; i < TILE * OCTETS / THREADS; i++) {
        int octet = thread + i * THREADS, row = octet / OCTETS, column = octet % OCTETS * 8;
        bool wanted = first + row < linear.rows && start + column < linear.k;
        copy_async_16(to.at(row, column), linear.in + linear.in_place(first + row, start + column), wanted);
    }
}

template <int TILE, int THREADS, class Out>
__device__ __forceinline__ void bring_inputs(Tile to, const TokenLinear<float, Out>& linear, int first, int start, int thread) {
#pragma unroll 4
    for (int i = 0; i < TILE * OCTETS / THREADS; i++) {
        int octet = thread + i * THREADS, row = octet / OCTETS, column = octet % OCTETS * 8;
        float values[8] = {};
        if (start + column < linear.k) linear.load_in(first + row, start + column, values);
        uint4 rounded;
        store_8(reinterpret_cast<bf16*>(&rounded), values);
        store_shared(to.at(row, column), rounded);
    }
}

// sums = a slab's products of 16 rows with FEATURES features.
template <int FEATURES>
__device__ __forceinline__ void multiply(float (&sums)[FEATURES / 8][4], Tile rows, Tile features, int columns, int lane) {
#pragma unroll
    for (int i = 0; i < FEATURES / 2; i++) sums[i / 4][i % 4] = 0.0f;
#pragma unroll 4
    for (int column = 0; column < columns; column += STEP) {
        uint32_t a[4];
        ldmatrix_x4(a, rows.at(lane % 16, column + lane / 16 * 8));
#pragma unroll
        for (int i = 0; i < FEATURES / 16; i++) {
            uint32_t b[4];
            ldmatrix_x4(b, features.at(i * 16 + lane / 16 * 8 + lane % 8, column + lane / 8 % 2 * 8));
            mma_m16n8k16(sums[2 * i], a, b[0], b[1]);
            mma_m16n8k16(sums[2 * i + 1], a, b[2], b[3]);
        }
    }
}

constexpr int FEW_FEATURES = 16;
// With 99 KB of shared memory, what some GPUs have, a block could have six.
constexpr int FEW_WARPS = 4;
constexpr int FEW_PITCH = FEW_FEATURES + 1;

// 16 rows x 16 features: each warp sums a slab of all of them, then a thread adds the slabs of some outputs.
template <class In, class Out> __device__ __forceinline__ void few(const TokenLinear<In, Out>& linear) {
    extern __shared__ __align__(16) char shared[];
    int warp = threadIdx.x / 32;
    int lane = threadIdx.x % 32;
    int warps = blockDim.x / 32;
    int first_row = blockIdx.y * ROWS;
    int first_feature = blockIdx.x * FEW_FEATURES;
    Tile rows{shared_address(shared) + warp * (ROWS + FEW_FEATURES) * PITCH * 2};
    Tile features = rows.below(ROWS);
    constexpr int OWN = ROWS * FEW_FEATURES / 32;
    float total[OWN] = {};
    for (int first = 0; first < linear.k; first += warps * SLAB) {
        int start = first + warp * SLAB;
        float sums[FEW_FEATURES / 8][4] = {};
        if (start < linear.k) {
            bring_weights<FEW_FEATURES, 32>(features, linear, first_feature, start, lane);
            bring_inputs<ROWS, 32>(rows, linear, first_row, start, lane);
            commit_copies();
            wait_copies<0>();
            __syncwarp();
            multiply<FEW_FEATURES>(sums, rows, features, min(SLAB, linear.k - start), lane);
        }
        // the sums take the place of what they were made of
        __syncthreads();
        float(*partial)[ROWS][FEW_PITCH] = reinterpret_cast<float(*)[ROWS][FEW_PITCH]>(shared);
#pragma unroll
        for (int i = 0; i < FEW_FEATURES / 2; i++)
            partial[warp][lane / 4 + i % 4 / 2 * 8][i / 4 * 8 + lane % 4 * 2 + i % 2] = sums[i / 4][i % 4];
        __syncthreads();
        int slabs = min(warps, (linear.k - first + SLAB - 1) / SLAB);
        if (warp == 0) {
            for (int slab = 0; slab < slabs; slab++) {
#pragma unroll
                for (int i = 0; i < OWN; i++) total[i] += partial[slab][i * 2 + lane / FEW_FEATURES][lane % FEW_FEATURES];
            }
        }
        __syncthreads();
    }
    if (warp != 0) return;
#pragma unroll
    for (int i = 0; i < OWN; i++) linear.finish(first_row + i * 2 + lane / FEW_FEATURES, first_feature + lane % FEW_FEATURES, total[i]);
}

// ROW_WARPS x 2 warps of 16 rows x WARP_FEATURES each; the next slab is under way from memory while one is summed.
template <int ROW_WARPS, int WARP_FEATURES, class In, class Out> __device__ __forceinline__ void tiled(const TokenLinear<In, Out>& linear) {
    constexpr int THREADS = 64 * ROW_WARPS, TILE_ROWS = ROW_WARPS * ROWS, TILE_FEATURES = 2 * WARP_FEATURES;
    extern __shared__ __align__(16) char shared[];
    int warp = threadIdx.x / 32;
    int lane = threadIdx.x % 32;
    int own_row = warp / 2 * ROWS;
    int own_feature = warp % 2 * WARP_FEATURES;
    int first_row = blockIdx.y * TILE_ROWS;
    int first_feature = blockIdx.x * TILE_FEATURES;
    Tile tiles{shared_address(shared)};
    auto bring = [&](int start) {
        Tile stage = tiles.below(start / SLAB % 2 * (TILE_ROWS + TILE_FEATURES));
        bring_weights<TILE_FEATURES, THREADS>(stage.below(TILE_ROWS), linear, first_feature, start, threadIdx.x);
        bring_inputs<TILE_ROWS, THREADS>(stage, linear, first_row, start, threadIdx.x);
    };
    float total[WARP_FEATURES / 8][4] = {};
    bring(0);
    commit_copies();
    for (int start = 0; start < linear.k; start += SLAB) {
        if (start + SLAB < linear.k) bring(start + SLAB);
        commit_copies();
        wait_copies<1>();
        __syncthreads();
        Tile stage = tiles.below(start / SLAB % 2 * (TILE_ROWS + TILE_FEATURES));
        float sums[WARP_FEATURES / 8][4];
        multiply<WARP_FEATURES>(sums, stage.below(own_row), stage.below(TILE_ROWS + own_feature), min(SLAB, linear.k - start), lane);
#pragma unroll
        for (int i = 0; i < WARP_FEATURES / 2; i++) total[i / 4][i % 4] += sums[i / 4][i % 4];
        // all are done with the slab whose place the next but one takes
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < WARP_FEATURES / 2; i++)
        linear.finish(first_row + own_row + lane / 4 + i % 4 / 2 * 8, first_feature + own_feature + i / 4 * 8 + lane % 4 * 2 + i % 2,
                      total[i / 4][i % 4]);
}

template <class In, class Out> __device__ __forceinline__ void many(const TokenLinear<In, Out>& linear) { tiled<2, 32>(linear); }

// What has many outputs reads its inputs half as often.
template <class In, class Out> __device__ __forceinline__ void large(const TokenLinear<In, Out>& linear) { tiled<4, 64>(linear); }

// Blocks a multiprocessor has room for, by shared memory.
#define TOKEN_LINEAR(NAME, TILING, THREADS, BLOCKS, IN, OUT)                                                                       \
    extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) token_##NAME##_bf16_##TILING(                                   \
        const IN* in, const IN* addend, const bf16* weight, const float* bias, const float* residual, OUT* out, int rows, int n,   \
        int k, int in_stride, int in_part, int added_parts, int out_stride, int out_part, int relu) {                              \
        TILING(TokenLinear<IN, OUT>{in, addend, weight, bias, residual, out, rows, n, k, in_stride, in_part, added_parts,          \
                                    out_stride, out_part, relu});                                                                 \
    }

TOKEN_LINEAR(linear, few, 32 * FEW_WARPS, 1, float, float)
TOKEN_LINEAR(linear, many, 128, 4, float, float)
TOKEN_LINEAR(linear, large, 256, 2, float, float)
TOKEN_LINEAR(expand, few, 32 * FEW_WARPS, 1, float, bf16)
TOKEN_LINEAR(expand, many, 128, 4, float, bf16)
TOKEN_LINEAR(expand, large, 256, 2, float, bf16)
TOKEN_LINEAR(reduce, few, 32 * FEW_WARPS, 1, bf16, float)
TOKEN_LINEAR(reduce, many, 128, 2, bf16, float)
