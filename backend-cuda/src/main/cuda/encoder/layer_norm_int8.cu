// layer_norm_int8_{768,1024,1280}: (x - mean) / sqrt(variance + eps) * gamma + beta over the channels of each row, then each row to
// int8 by a scale of its own, its largest magnitude over 127, for a Linear in int8 (encoder/packed_linear.cuh).
// Source   segment-anything image_encoder.py Block.norm1, norm2
// In       in bf16 [rows][channels], channels a multiple of 8 up to the entry's; gamma, beta fp32 [channels]
// Out      out int8 [rows][channels], every element written; scale fp32 [rows]: a value is about its integer times the row's
//          scale; 1 for a row of zeros
// Launch   persistent: a warp takes rows in turn, each held in registers, and asks for the next before it works on one; block 128,
//          as many as run at a time   Java  org.samfast.cuda.kernel.Int8LayerNorm
// Rate     H100, 32768 rows: 32.3, 40.4 and 48.1 us of 25, 34 and 42, the bytes' (docs/kernels.md)
#include "../common/int8.cuh"
#include "../common/overlap.cuh"
#include "../common/reduce.cuh"
#include "../common/vector.cuh"

constexpr int WARPS = 4, LANES = 32, CHUNK = 8, GROUP = LANES * CHUNK;

struct Arguments {
    const bf16* in;
    const float* gamma;
    const float* beta;
    signed char* out;
    float* scale;
    int rows, channels;
    float eps;
};

// The first of a lane's 8 channels in a group.
__device__ __forceinline__ int channel_of(int group) { return group * GROUP + threadIdx.x % LANES * CHUNK; }

// A lane's gamma and beta, kept for all of its rows: from memory they would be four times what a row is.
template <int GROUPS> struct Weights {
    float gamma[GROUPS * CHUNK] = {}, beta[GROUPS * CHUNK] = {};

    __device__ __forceinline__ explicit Weights(const Arguments& p) {
#pragma unroll
        for (int group = 0; group < GROUPS; group++) {
            int channel = channel_of(group);
            if (channel >= p.channels) continue;
            load_8(reinterpret_cast<float(&)[CHUNK]>(gamma[group * CHUNK]), p.gamma + channel);
            load_8(reinterpret_cast<float(&)[CHUNK]>(beta[group * CHUNK]), p.beta + channel);
        }
    }
};

// A lane's part of a row, as it lies in memory; zeros past its end.
template <int GROUPS> struct Row {
    uint4 chunks[GROUPS] = {};

    __device__ __forceinline__ void ask(const Arguments& p, size_t row) {
        if (row >= p.rows) return;
#pragma unroll
        for (int group = 0; group < GROUPS; group++) {
            int channel = channel_of(group);
            if (channel < p.channels) chunks[group] = *reinterpret_cast<const uint4*>(p.in + row * p.channels + channel);
        }
    }
    __device__ __forceinline__ void widen(float (&x)[GROUPS * CHUNK]) const {
#pragma unroll
        for (int group = 0; group < GROUPS; group++) {
            load_8(reinterpret_cast<float(&)[CHUNK]>(x[group * CHUNK]), reinterpret_cast<const bf16*>(&chunks[group]));
        }
    }
};

template <int GROUPS>
__device__ __forceinline__ void normalize(float (&x)[GROUPS * CHUNK], const Weights<GROUPS>& weights, const Arguments& p) {
    float sum = 0, squares = 0;
#pragma unroll
    for (int i = 0; i < GROUPS * CHUNK; i++) sum += x[i];
    float mean = warp_sum(sum) / p.channels;
#pragma unroll
    for (int i = 0; i < GROUPS * CHUNK; i++) {
        x[i] = channel_of(i / CHUNK) < p.channels ? x[i] - mean : 0.0f;
        squares += x[i] * x[i];
    }
    float inverse = 1.0f / sqrtf(warp_sum(squares) / p.channels + p.eps);
#pragma unroll
    for (int i = 0; i < GROUPS * CHUNK; i++) x[i] = x[i] * inverse * weights.gamma[i] + weights.beta[i];
}

// By the row's own scale, which it returns.
template <int GROUPS> __device__ __forceinline__ float store_row(const float (&x)[GROUPS * CHUNK], const Arguments& p, size_t row) {
    float largest = 0;
#pragma unroll
    for (int i = 0; i < GROUPS * CHUNK; i++) largest = fmaxf(largest, fabsf(x[i]));
    largest = warp_max(largest);
    float to_int8 = largest > SMALLEST_SCALED ? 127.0f / largest : 0.0f;
#pragma unroll
    for (int group = 0; group < GROUPS; group++) {
        int channel = channel_of(group);
        if (channel < p.channels) {
            store_int8(p.out + row * p.channels + channel, reinterpret_cast<const float(&)[CHUNK]>(x[group * CHUNK]), to_int8);
        }
    }
    return to_int8 == 0 ? 1.0f : largest / 127.0f;
}

template <int GROUPS> __device__ __forceinline__ void layer_norm_int8(const Arguments& p) {
    Weights<GROUPS> weights(p);
    wait_for_kernels_before();
    size_t row = static_cast<size_t>(blockIdx.x) * WARPS + threadIdx.x / LANES, step = static_cast<size_t>(gridDim.x) * WARPS;
    Row<GROUPS> next;
    next.ask(p, row);
    for (; row < p.rows; row += step) {
        float x[GROUPS * CHUNK];
        next.widen(x);
        next.ask(p, row + step);
        normalize(x, weights, p);
        float scale = store_row<GROUPS>(x, p, row);
        if (threadIdx.x % LANES == 0) p.scale[row] = scale;
    }
}

#define LAYER_NORM_INT8(CHANNELS, BLOCKS)                                                                                    \
    extern "C" __global__ void __launch_bounds__(WARPS* LANES, BLOCKS)                                                       \
        layer_norm_int8_##CHANNELS(const bf16* in, const float* gamma, const float* beta, signed char* out, float* scale,    \
                                   int rows, int channels, float eps) {                                                      \
        layer_norm_int8<CHANNELS / GROUP>({in, gamma, beta, out, scale, rows, channels, eps});                               \
    }

LAYER_NORM_INT8(768, 4)
LAYER_NORM_INT8(1024, 3)
LAYER_NORM_INT8(1280, 3)
