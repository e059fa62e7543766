// norm_statistics, fold_norm: a LayerNorm folded into the Linear after it:
// norm(x) w + b = (x w' - mean u) / deviation + b'. The Linears before and after it, encoder/linear.cu, make what is summed
// here, and use it.
// Architectures: sm_90a
// Source   segment-anything image_encoder.py Block.norm1, norm2
// Java     org.samfast.cuda.kernel.FoldedNorm
#include "../common/overlap.cuh"
#include "../common/reduce.cuh"
#include "../common/vector.cuh"

constexpr int ROWS_PER_BLOCK = 32, PARTS = 8, GROUP = 32, WARPS = 8;

// In       partial fp32 [channels/32][rows]{sum, sum of squares}
// Out      statistics fp32 [rows]{mean, deviation}, deviation = sqrt(variance + eps)
// Launch   grid (rows / 32), block 256: eight threads per row, each with every eighth group, so the order depends on channels alone
extern "C" __global__ void __launch_bounds__(ROWS_PER_BLOCK* PARTS)
norm_statistics(const float2* partial, float2* statistics, int rows, int channels, float eps) {
    __shared__ float2 sums[PARTS][ROWS_PER_BLOCK];
    wait_for_kernels_before();
    int at = threadIdx.x % ROWS_PER_BLOCK, part = threadIdx.x / ROWS_PER_BLOCK;
    int row = blockIdx.x * ROWS_PER_BLOCK + at;
    float2 total = {};
#pragma unroll 5
    for (int group = part; group < channels / GROUP && row < rows; group += PARTS) {
        float2 more = partial[static_cast<size_t>(group) * rows + row];
        total.x += more.x;
        total.y += more.y;
    }
    sums[part][at] = total;
    __syncthreads();
    if (part != 0 || row >= rows) return;
#pragma unroll
    for (int i = 1; i < PARTS; i++) {
        total.x += sums[i][at].x;
        total.y += sums[i][at].y;
    }
    float mean = total.x / channels;
    float variance = fmaxf(total.y / channels - mean * mean, 0.0f);
    statistics[row] = {mean, sqrtf(variance + eps)};
}

// In       gamma, beta fp32 [k]; bias fp32 [n]
// In, out  weight bf16 [n][k], k a multiple of 8, becomes w' = gamma weight, rounded
// Out      folded fp32 [n/2]{b' of two rows, u of two rows}: b' = bias + weight beta, u = the sum of w' as rounded
// Launch   grid (n / 8), block 256: a warp per row; once, when a model is loaded
extern "C" __global__ void __launch_bounds__(32 * WARPS)
fold_norm(const float* gamma, const float* beta, const float* bias, bf16* weight, float* folded, int n, int k) {
    int row = blockIdx.x * WARPS + threadIdx.x / 32, lane = threadIdx.x % 32;
    if (row >= n) return;
    weight += static_cast<size_t>(row) * k;
    float shift = 0, sum = 0;
    for (int at = 8 * lane; at < k; at += 256) {
        float w[8], scale[8], offset[8];
        load_8(w, weight + at);
        load_8(scale, gamma + at);
        load_8(offset, beta + at);
#pragma unroll
        for (int i = 0; i < 8; i++) {
            shift = fmaf(w[i], offset[i], shift);
            w[i] = __bfloat162float(__float2bfloat16_rn(w[i] * scale[i]));
            sum += w[i];
        }
        store_8(weight + at, w);
    }
    shift = warp_sum(shift);
    sum = warp_sum(sum);
    if (lane == 0) {
        folded[row / 2 * 4 + row % 2] = bias[row] + shift;
        folded[row / 2 * 4 + 2 + row % 2] = sum;
    }
}
