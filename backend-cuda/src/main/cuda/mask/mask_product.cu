// mask_product: low-resolution logits: each pixel of the upscaled embedding times the vector of each mask's hypernetwork.
// Source   segment-anything mask_decoder.py predict_masks, "hyper_in @ upscaled_embedding" @dca509f
// In       upscaled [pairs][4096][2][2][2][2][32] T: token, dy1, dx1, dy2, dx2, channel, as two transposed 2x2 convolutions
//          leave it; hyper [pairs][4][32] fp32
// Out      logits [pairs][4][256][256] fp32, every element written; y = 4 (token / 64) + 2 dy1 + dy2, x alike
// Launch   grid (64, pairs), block 256, shared 512 B (static)   Java  org.samfast.cuda.kernel.MaskProduct
#include "../common/vector.cuh"

constexpr int GRID = 64;
constexpr int SIDE = 256;
constexpr int CHANNELS = 32;
constexpr int MASKS = 4;
constexpr int ROWS = 4;
constexpr int STEP = 8;

// A block makes the four pixel rows of one row of tokens; thread x their pixels of column x.
template <class T> __device__ __forceinline__ void mask_product(const T* upscaled, const float* hyper, float* logits) {
    __shared__ __align__(16) float vectors[MASKS][CHANNELS];
    size_t pair = blockIdx.y;
    int x = threadIdx.x;
    if (x < MASKS * CHANNELS) vectors[x / CHANNELS][x % CHANNELS] = hyper[pair * MASKS * CHANNELS + x];
    __syncthreads();
    size_t token = (pair * GRID + blockIdx.x) * GRID + x / 4;
    const T* pixels = upscaled + (token * 16 + x / 2 % 2 * 4 + x % 2) * CHANNELS;
    float sum[ROWS][MASKS] = {};
#pragma unroll
    for (int channel = 0; channel < CHANNELS; channel += STEP) {
        float pixel[ROWS][STEP];
#pragma unroll
        for (int row = 0; row < ROWS; row++) load_vector(pixel[row], pixels + (row / 2 * 8 + row % 2 * 2) * CHANNELS + channel);
#pragma unroll
        for (int mask = 0; mask < MASKS; mask++) {
            float vector[STEP];
            load_vector(vector, &vectors[mask][channel]);
#pragma unroll
            for (int row = 0; row < ROWS; row++)
#pragma unroll
                for (int i = 0; i < STEP; i++) sum[row][mask] += pixel[row][i] * vector[i];
        }
    }
#pragma unroll
    for (int mask = 0; mask < MASKS; mask++)
#pragma unroll
        for (int row = 0; row < ROWS; row++)
            logits[((pair * MASKS + mask) * SIDE + blockIdx.x * ROWS + row) * SIDE + x] = sum[row][mask];
}

extern "C" __global__ void __launch_bounds__(256) mask_product_bf16(const bf16* upscaled, const float* hyper, float* logits) {
    mask_product(upscaled, hyper, logits);
}

extern "C" __global__ void __launch_bounds__(256) mask_product_fp32(const float* upscaled, const float* hyper, float* logits) {
    mask_product(upscaled, hyper, logits);
}
