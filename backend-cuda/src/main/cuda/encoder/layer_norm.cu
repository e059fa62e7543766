// layer_norm: (x - mean) / sqrt(variance + eps) * gamma + beta over the channels of each row, then GELU where asked.
// Source   segment-anything image_encoder.py Block.norm1, norm2; common.py LayerNorm2d (channels last here)
// In       in T [rows][channels], channels a multiple of 8 up to 1280; gamma, beta fp32 [channels]
// Out      out T [rows][channels], every element written; may be the same as in
// Launch   grid (rows / 4), block 128: one warp per row, held in registers   Java  org.samfast.cuda.kernel.LayerNorm
#include "../common/overlap.cuh"
#include "../common/reduce.cuh"
#include "../common/vector.cuh"

constexpr int ROWS_PER_BLOCK = 4, GROUP = 32 * 8, LARGEST = 1280;

__device__ __forceinline__ size_t row_of_warp() { return static_cast<size_t>(blockIdx.x) * ROWS_PER_BLOCK + threadIdx.x / 32; }

// The first of a lane's 8 channels in a group.
__device__ __forceinline__ int channel_of(int group) { return group * GROUP + threadIdx.x % 32 * 8; }

// A row, normalised, in the registers of a warp; zeros past its end.
template <int GROUPS, class T>
__device__ __forceinline__ void normalize(float (&x)[GROUPS][8], const T* in, const float* gamma, const float* beta, int channels,
                                          float eps) {
    float sum = 0, squares = 0;
    // all of the row is asked for before any of it is needed: no branch out of the loop, which would wait group by group
#pragma unroll
    for (int group = 0; group < GROUPS; group++) {
        if (channel_of(group) < channels) load_8(x[group], in + channel_of(group));
    }
#pragma unroll
    for (int i = 0; i < GROUPS * 8; i++) sum += x[i / 8][i % 8];
    float mean = warp_sum(sum) / channels;
#pragma unroll
    for (int i = 0; i < GROUPS * 8; i++) {
        float difference = channel_of(i / 8) < channels ? x[i / 8][i % 8] - mean : 0.0f;
        squares += difference * difference;
    }
    float inverse = 1.0f / sqrtf(warp_sum(squares) / channels + eps);
#pragma unroll
    for (int group = 0; group < GROUPS; group++) {
        if (channel_of(group) >= channels) break;
        float scale[8], shift[8];
        load_8(scale, gamma + channel_of(group));
        load_8(shift, beta + channel_of(group));
#pragma unroll
        for (int i = 0; i < 8; i++) x[group][i] = (x[group][i] - mean) * inverse * scale[i] + shift[i];
    }
}

template <int GROUPS, class T>
__device__ __forceinline__ void layer_norm_in(const T* in, const float* gamma, const float* beta, T* out, int rows,
                                              int channels, float eps, int apply_gelu) {
    wait_for_kernels_before();
    size_t row = row_of_warp();
    if (row >= rows) return;
    float x[GROUPS][8] = {};
    normalize<GROUPS>(x, in + row * channels, gamma, beta, channels, eps);
#pragma unroll
    for (int group = 0; group < GROUPS; group++) {
        if (channel_of(group) >= channels) break;
        if (apply_gelu) {
#pragma unroll
            for (int i = 0; i < 8; i++) x[group][i] = gelu(x[group][i]);
        }
        store_8(out + row * channels + channel_of(group), x[group]);
    }
}

// Rows of up to 256 channels, the decoder's, do without the registers and the arithmetic of the others' groups; same results.
template <class T>
__device__ __forceinline__ void layer_norm(const T* in, const float* gamma, const float* beta, T* out, int rows,
                                           int channels, float eps, int apply_gelu) {
    if (channels <= GROUP) {
        layer_norm_in<1>(in, gamma, beta, out, rows, channels, eps, apply_gelu);
    } else {
        layer_norm_in<LARGEST / GROUP>(in, gamma, beta, out, rows, channels, eps, apply_gelu);
    }
}

extern "C" __global__ void __launch_bounds__(128)
layer_norm_bf16(const bf16* in, const float* gamma, const float* beta, bf16* out, int rows, int channels, float eps,
                int gelu) {
    layer_norm(in, gamma, beta, out, rows, channels, eps, gelu);
}

extern "C" __global__ void __launch_bounds__(128)
layer_norm_fp32(const float* in, const float* gamma, const float* beta, float* out, int rows, int channels, float eps,
                int gelu) {
    layer_norm(in, gamma, beta, out, rows, channels, eps, gelu);
}
