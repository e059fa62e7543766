// quantize: the input of a Linear in int8 that no LayerNorm makes, to int8: symmetric, ties to even, within -127..127.
//   quantize       out = round(in * scale[channel]), by constants (packed files call 1 / scale input_scales)
//   quantize_rows  each row by a scale of its own, its largest magnitude over 127
// In       in [rows][channels] bf16, channels a multiple of 8, for _rows up to 5120; scale fp32 [channels]
// Out      out int8 [rows][channels], every element written; _rows: scales fp32 [rows], 1 for a row of zeros
// Launch   grid (rows * channels / 8 / 256), block 256: 8 values per thread; _rows: grid (rows), block 128, a row's values in
//          registers   Java  org.samfast.cuda.kernel.Quantize
#include "../common/int8.cuh"
#include "../common/overlap.cuh"
#include "../common/reduce.cuh"
#include "../common/vector.cuh"

extern "C" __global__ void __launch_bounds__(256)
quantize(const bf16* in, const float* scale, signed char* out, long long values, int channels) {
    wait_for_kernels_before();
    long long at = (static_cast<long long>(blockIdx.x) * 256 + threadIdx.x) * 8;
    if (at >= values) return;
    float x[8], scales[8];
    load_8(x, in + at);
    load_8(scales, scale + at % channels);
#pragma unroll
    for (int i = 0; i < 8; i++) x[i] *= scales[i];
    store_int8(out + at, x, 1.0f);
}

constexpr int ROW_THREADS = 128, GROUP = ROW_THREADS * 8, GROUPS = 5120 / GROUP;

extern "C" __global__ void __launch_bounds__(ROW_THREADS)
quantize_rows(const bf16* in, signed char* out, float* scales, int channels) {
    __shared__ float of_warp[ROW_THREADS / 32];
    wait_for_kernels_before();
    size_t row = blockIdx.x;
    float x[GROUPS][8] = {}, largest = 0;
#pragma unroll
    for (int group = 0; group < GROUPS; group++) {
        int channel = group * GROUP + threadIdx.x * 8;
        if (channel < channels) load_8(x[group], in + row * channels + channel);
    }
#pragma unroll
    for (int i = 0; i < GROUPS * 8; i++) largest = fmaxf(largest, fabsf(x[i / 8][i % 8]));
    largest = warp_max(largest);
    if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = largest;
    __syncthreads();
    largest = fmaxf(fmaxf(of_warp[0], of_warp[1]), fmaxf(of_warp[2], of_warp[3]));
    float inverse = largest > SMALLEST_SCALED ? 127.0f / largest : 0.0f;
#pragma unroll
    for (int group = 0; group < GROUPS; group++) {
        int channel = group * GROUP + threadIdx.x * 8;
        if (channel < channels) store_int8(out + row * channels + channel, x[group], inverse);
    }
    if (threadIdx.x == 0) scales[row] = inverse == 0 ? 1.0f : largest / 127.0f;
}
