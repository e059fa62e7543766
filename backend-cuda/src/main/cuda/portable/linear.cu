// linear_bf16: out = act(in weight^T + bias) + residual, in bf16 with fp32 sums, on the tensor cores of sm_80 and newer.
// Source   torch.nn.Linear, with what follows it in segment-anything image_encoder.py Block, MLPBlock @dca509f
// In       in [m, k] bf16; weight [n, k] bf16; bias [n] fp32 or null; residual [residual_rows, n] bf16 or null, repeated
//          every residual_rows rows; k and n multiples of 8; act 0 none, 1 exact GELU, 2 ReLU
// Out      out [m, n] bf16, every element written, rounded once
// Launch   grid (ceil(n / 128), ceil(m / 128)), block 128, shared 98304 B    Java  org.samfast.cuda.kernel.Linear
#include "common/async_copy.cuh"
#include "common/element.cuh"
#include "common/mma.cuh"

// A slice of 64 values along k is one row of 128 B in shared memory: 8 chunks of 16 B, chunk c of row r stored at
// c ^ (r % 8), so that the 8 rows that ldmatrix reads at once lie in different banks.
constexpr int SLICE = 64;
constexpr int ROW_BYTES = SLICE * 2;
constexpr int CHUNKS = ROW_BYTES / 16;
// Each warp computes 64x64: 32 FLOPs per byte read from shared memory, more than the tensor cores ask for.
constexpr int WARP_TILE = 64;

struct LinearArguments {
    const bf16* in;
    const bf16* weight;
    const float* bias;
    const bf16* residual;
    bf16* out;
    int m, n, k, residual_rows, act;
};

__device__ __forceinline__ uint32_t swizzled(int row, int chunk) { return row * ROW_BYTES + ((chunk ^ (row & 7)) << 4); }

// Starts the copy of rows [first_row, first_row + ROWS) of one slice; what lies outside the matrix becomes zero.
template <int ROWS, int THREADS>
__device__ __forceinline__ void copy_slice(uint32_t to, const bf16* from, int first_row, int rows, int k0, int k) {
    int chunk = threadIdx.x % CHUNKS;
    int row = threadIdx.x / CHUNKS;
    int column = k0 + chunk * 8;
    const bf16* source = from + static_cast<int64_t>(first_row + row) * k + column;
#pragma unroll
    for (int i = 0; i < ROWS * CHUNKS / THREADS; i++) {
        copy_async_16(to + swizzled(row, chunk), source, first_row + row < rows && column < k);
        row += THREADS / CHUNKS;
        source += static_cast<int64_t>(THREADS / CHUNKS) * k;
    }
}

// The operands of one k16 step of a warp's 64x64: 4 fragments of 16 rows of in, 4 of 16 rows of weight.
struct Fragments {
    uint32_t a[4][4];
    uint32_t b[4][4];

    __device__ __forceinline__ void load(uint32_t a_rows, uint32_t b_rows, int step) {
        int lane = threadIdx.x % 32;
        uint32_t a_chunk = ((2 * step + lane / 16) ^ (lane & 7)) << 4;
        uint32_t b_chunk = ((2 * step + (lane / 8) % 2) ^ (lane & 7)) << 4;
#pragma unroll
        for (int i = 0; i < 4; i++) {
            ldmatrix_x4(a[i], a_rows + i * 16 * ROW_BYTES + a_chunk);
            ldmatrix_x4(b[i], b_rows + i * 16 * ROW_BYTES + b_chunk);
        }
    }
};

__device__ __forceinline__ void multiply(float (&sums)[4][8][4], const Fragments& f) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
#pragma unroll
        for (int j = 0; j < 8; j++) mma_m16n8k16(sums[i][j], f.a[i], f.b[j / 2][2 * (j % 2)], f.b[j / 2][2 * (j % 2) + 1]);
    }
}

__device__ __forceinline__ float activated(float x, int act) {
    if (act == 1) return gelu(x);
    return act == 2 ? fmaxf(x, 0.0f) : x;
}

// Moves a warp's 64x64 between shared and global memory in 16-byte pieces, a row's 128 B by 8 neighbouring lanes.
template <class Move> __device__ __forceinline__ void for_each_chunk(int row0, int column0, const LinearArguments& p, Move move) {
    int lane = threadIdx.x % 32;
    int chunk = lane % CHUNKS;
#pragma unroll 4
    for (int row = lane / CHUNKS; row < WARP_TILE; row += 32 / CHUNKS) {
        if (row0 + row < p.m && column0 + chunk * 8 < p.n) move(row, swizzled(row, chunk), column0 + chunk * 8);
    }
}

// Through the warp's own 8 KB of shared memory, so that residual and output are read and written in whole lines; the
// sum of activation and residual is rounded once.
__device__ __forceinline__ void finish(float (&sums)[4][8][4], unsigned char* stage, int row0, int column0, const LinearArguments& p) {
    int lane = threadIdx.x % 32;
    if (p.residual != nullptr) {
        for_each_chunk(row0, column0, p, [&](int row, uint32_t at, int column) {
            int64_t from = static_cast<int64_t>((row0 + row) % p.residual_rows) * p.n + column;
            *reinterpret_cast<uint4*>(stage + at) = *reinterpret_cast<const uint4*>(p.residual + from);
        });
        __syncwarp();
    }
#pragma unroll
    for (int j = 0; j < 8; j++) {
        int column = column0 + 8 * j + 2 * (lane % 4);
        float2 bias = {0.0f, 0.0f};
        if (p.bias != nullptr && column < p.n) bias = *reinterpret_cast<const float2*>(p.bias + column);
#pragma unroll
        for (int i = 0; i < 8; i++) {
            int row = 16 * (i / 2) + 8 * (i % 2) + lane / 4;
            auto* pair = reinterpret_cast<__nv_bfloat162*>(stage + swizzled(row, j) + 4 * (lane % 4));
            float2 value = {activated(sums[i / 2][j][2 * (i % 2)] + bias.x, p.act),
                            activated(sums[i / 2][j][2 * (i % 2) + 1] + bias.y, p.act)};
            if (p.residual != nullptr) {
                float2 residual = __bfloat1622float2(*pair);
                value.x += residual.x;
                value.y += residual.y;
            }
            *pair = __floats2bfloat162_rn(value.x, value.y);
        }
    }
    __syncwarp();
    for_each_chunk(row0, column0, p, [&](int row, uint32_t at, int column) {
        int64_t to = static_cast<int64_t>(row0 + row) * p.n + column;
        *reinterpret_cast<uint4*>(p.out + to) = *reinterpret_cast<const uint4*>(stage + at);
    });
}

template <int TILE_M, int TILE_N, int STAGES> __device__ __forceinline__ void linear(const LinearArguments& p) {
    constexpr int THREADS = TILE_M * TILE_N / (WARP_TILE * WARP_TILE) * 32;
    constexpr int STAGE_BYTES = (TILE_M + TILE_N) * ROW_BYTES;
    extern __shared__ __align__(128) unsigned char shared[];
    uint32_t base = shared_address(shared);
    int tile_row = blockIdx.y * TILE_M;
    int tile_column = blockIdx.x * TILE_N;
    int warp = threadIdx.x / 32;
    int lane = threadIdx.x % 32;
    int warp_row = warp / (TILE_N / WARP_TILE) * WARP_TILE;
    int warp_column = warp % (TILE_N / WARP_TILE) * WARP_TILE;
    uint32_t a_rows = base + (warp_row + lane % 16) * ROW_BYTES;
    uint32_t b_rows = base + (TILE_M + warp_column + lane % 8 + lane / 16 * 8) * ROW_BYTES;
    int slices = (p.k + SLICE - 1) / SLICE;

    auto copy = [&](int slice) {
        if (slice < slices) {
            uint32_t to = base + slice % STAGES * STAGE_BYTES;
            copy_slice<TILE_M, THREADS>(to, p.in, tile_row, p.m, slice * SLICE, p.k);
            copy_slice<TILE_N, THREADS>(to + TILE_M * ROW_BYTES, p.weight, tile_column, p.n, slice * SLICE, p.k);
        }
        commit_copies();
    };
    for (int slice = 0; slice < STAGES - 1; slice++) copy(slice);

    float sums[4][8][4] = {};
    Fragments fragments[2];
    for (int slice = 0; slice < slices; slice++) {
        wait_copies<STAGES - 2>();
        __syncthreads();
        copy(slice + STAGES - 1);
        uint32_t stage = slice % STAGES * STAGE_BYTES;
        fragments[0].load(a_rows + stage, b_rows + stage, 0);
#pragma unroll
        for (int step = 0; step < SLICE / 16; step++) {
            if (step + 1 < SLICE / 16) fragments[(step + 1) % 2].load(a_rows + stage, b_rows + stage, step + 1);
            multiply(sums, fragments[step % 2]);
        }
    }
    wait_copies<0>();
    __syncthreads();
    finish(sums, shared + warp * WARP_TILE * ROW_BYTES, tile_row + warp_row, tile_column + warp_column, p);
}

// 96 KB of shared memory: fits every GPU from sm_80 on, twice on an A100 or H100. Measured on an H100 against 128x256,
// 256x128 and 2 or 4 stages (docs/kernels.md): the two blocks that share a multiprocessor hide each other's epilogue.
extern "C" __global__ void __launch_bounds__(128, 2)
    linear_bf16(const bf16* in, const bf16* weight, const float* bias, const bf16* residual, bf16* out, int m, int n, int k,
                int residual_rows, int act) {
    linear<128, 128, 3>({in, weight, bias, residual, out, m, n, k, residual_rows, act});
}
