// layer_norm: (x - mean) / sqrt(variance + eps) * gamma + beta over the channels of each row, then GELU where asked.
// Source   segment-anything image_encoder.py Block.norm1, norm2; common.py LayerNorm2d (channels last here)
// In       in T [rows][channels], channels a multiple of 8 up to 1280; gamma, beta fp32 [channels]
// Out      out T [rows][channels], every element written; may be the same as in
// Launch   grid (rows / 4), block 128: one warp per row, held in registers   Java  org.samfast.cuda.kernel.LayerNorm
#include "../common/reduce.cuh"
#include "../common/vector.cuh"

constexpr int ROWS_PER_BLOCK = 4, GROUPS = 1280 / (32 * 8);

template <class T>
__device__ __forceinline__ void layer_norm(const T* in, const float* gamma, const float* beta, T* out, int rows,
                                           int channels, float eps, int apply_gelu) {
    size_t row = static_cast<size_t>(blockIdx.x) * ROWS_PER_BLOCK + threadIdx.x / 32;
    if (row >= rows) return;
    int lane = threadIdx.x % 32;
    float x[GROUPS][8], sum = 0, squares = 0;
#pragma unroll
    for (int group = 0; group < GROUPS; group++) {
        int channel = (group * 32 + lane) * 8;
        if (channel >= channels) break;
        load_8(x[group], in + row * channels + channel);
#pragma unroll
        for (int i = 0; i < 8; i++) sum += x[group][i];
    }
    float mean = warp_sum(sum) / channels;
#pragma unroll
    for (int group = 0; group < GROUPS; group++) {
        if ((group * 32 + lane) * 8 >= channels) break;
#pragma unroll
        for (int i = 0; i < 8; i++) squares += (x[group][i] - mean) * (x[group][i] - mean);
    }
    float inverse = 1.0f / sqrtf(warp_sum(squares) / channels + eps);
#pragma unroll
    for (int group = 0; group < GROUPS; group++) {
        int channel = (group * 32 + lane) * 8;
        if (channel >= channels) break;
        float scale[8], shift[8];
        load_8(scale, gamma + channel);
        load_8(shift, beta + channel);
#pragma unroll
        for (int i = 0; i < 8; i++) x[group][i] = (x[group][i] - mean) * inverse * scale[i] + shift[i];
        if (apply_gelu) {
#pragma unroll
            for (int i = 0; i < 8; i++) x[group][i] = gelu(x[group][i]);
        }
        store_8(out + row * channels + channel, x[group]);
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
