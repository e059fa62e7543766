// dense_prompt: what the decoder takes as keys: the image embedding plus the dense prompt, which is the embedding of "no
// mask" or of the mask prompt: conv 2x2/2 to 4 channels, LayerNorm, GELU, conv 2x2/2 to 16, LayerNorm, GELU, conv 1x1 to 256.
// Source   segment-anything prompt_encoder.py mask_downscaling, no_mask_embed; mask_decoder.py predict_masks @dca509f
// In       embeddings [pairs]: device address of the [4096][256] T of that pair's image, 0 for all zero; no_mask [256] fp32;
//          mask_index [pairs]: which of masks, -1 for none; masks [..][256][256] fp32 logits;
//          weights fp32: conv0 w[4][2][2] b[4], LayerNorm gamma[4] beta[4], conv3 w[16][4][2][2] b[16], gamma[16] beta[16],
//          conv6 w[256][16] b[256]
// Out      keys [pairs][4096][256] T, every element written; fp32 inside, rounded once
// Launch   grid (128, pairs), block 256, shared 2304 B (static)   Java  org.samfast.cuda.kernel.DensePrompt
#include "../common/vector.cuh"

constexpr int CHANNELS = 256;
constexpr int GRID = 64;
constexpr int TOKENS = GRID * GRID;
constexpr int SIDE = 256;
constexpr int HALF = 4;
constexpr int QUARTER = 16;
constexpr int BLOCK_TOKENS = 32;
constexpr int OWN_CHANNELS = 8;
constexpr float EPSILON = 1e-6f;

struct MaskWeights {
    const float* conv0;
    const float* bias0;
    const float* gamma1;
    const float* beta1;
    const float* conv3;
    const float* bias3;
    const float* gamma4;
    const float* beta4;
    const float* conv6;
    const float* bias6;

    __device__ explicit MaskWeights(const float* blob)
        : conv0(blob), bias0(conv0 + HALF * 4), gamma1(bias0 + HALF), beta1(gamma1 + HALF), conv3(beta1 + HALF),
          bias3(conv3 + QUARTER * HALF * 4), gamma4(bias3 + QUARTER), beta4(gamma4 + QUARTER), conv6(beta4 + QUARTER),
          bias6(conv6 + CHANNELS * QUARTER) {}
};

// LayerNorm over channels, then GELU.
template <int N> __device__ __forceinline__ void norm_gelu(float (&x)[N], const float* gamma, const float* beta) {
    float mean = 0.0f;
    float variance = 0.0f;
#pragma unroll
    for (int i = 0; i < N; i++) mean += x[i];
    mean /= N;
#pragma unroll
    for (int i = 0; i < N; i++) variance += (x[i] - mean) * (x[i] - mean);
    float deviation = sqrtf(variance / N + EPSILON);
#pragma unroll
    for (int i = 0; i < N; i++) x[i] = gelu((x[i] - mean) / deviation * gamma[i] + beta[i]);
}

// The 16 channels that the 4x4 patch of one token becomes before the last convolution.
__device__ void downscale(const float* mask, int token, const MaskWeights& w, float (&out)[QUARTER]) {
    const float* patch = mask + (token / GRID * 4) * SIDE + token % GRID * 4;
#pragma unroll
    for (int o = 0; o < QUARTER; o++) out[o] = w.bias3[o];
#pragma unroll 1
    for (int corner = 0; corner < 4; corner++) {
        const float* square = patch + (corner / 2 * 2) * SIDE + corner % 2 * 2;
        float half[HALF];
#pragma unroll
        for (int c = 0; c < HALF; c++)
            half[c] = w.bias0[c] + square[0] * w.conv0[4 * c] + square[1] * w.conv0[4 * c + 1] +
                      square[SIDE] * w.conv0[4 * c + 2] + square[SIDE + 1] * w.conv0[4 * c + 3];
        norm_gelu(half, w.gamma1, w.beta1);
#pragma unroll
        for (int o = 0; o < QUARTER; o++)
#pragma unroll
            for (int c = 0; c < HALF; c++) out[o] += half[c] * w.conv3[(o * HALF + c) * 4 + corner];
    }
    norm_gelu(out, w.gamma4, w.beta4);
}

// Thread t owns 8 channels, 8 (t % 32) on, of the tokens t / 32, + 8, + 16, + 24 of the block.
template <class T>
__device__ void dense_prompt(const unsigned long long* embeddings, const float* no_mask, const int* mask_index, const float* masks,
                             const float* weights, T* keys) {
    __shared__ float quarter[BLOCK_TOKENS][QUARTER + 2];
    int pair = blockIdx.y;
    int first = blockIdx.x * BLOCK_TOKENS;
    int mask = mask_index[pair];
    MaskWeights w(weights);
    if (mask >= 0 && threadIdx.x < BLOCK_TOKENS) {
        float channels[QUARTER];
        downscale(masks + static_cast<size_t>(mask) * SIDE * SIDE, first + threadIdx.x, w, channels);
#pragma unroll
        for (int i = 0; i < QUARTER; i++) quarter[threadIdx.x][i] = channels[i];
    }
    __syncthreads();
    const T* embedding = reinterpret_cast<const T*>(embeddings[pair]);
    int channel = threadIdx.x % 32 * OWN_CHANNELS;
    for (int local = threadIdx.x / 32; local < BLOCK_TOKENS; local += 8) {
        size_t at = static_cast<size_t>(first + local) * CHANNELS + channel;
        float image[OWN_CHANNELS] = {};
        float sum[OWN_CHANNELS];
        if (embedding != nullptr) load_vector(image, embedding + at);
#pragma unroll
        for (int c = 0; c < OWN_CHANNELS; c++) {
            float dense = mask >= 0 ? w.bias6[channel + c] : no_mask[channel + c];
            if (mask >= 0) {
#pragma unroll
                for (int i = 0; i < QUARTER; i++) dense += quarter[local][i] * w.conv6[(channel + c) * QUARTER + i];
            }
            sum[c] = image[c] + dense;
        }
        store_vector(keys + static_cast<size_t>(pair) * TOKENS * CHANNELS + at, sum);
    }
}

extern "C" __global__ void __launch_bounds__(256)
dense_prompt_bf16(const unsigned long long* embeddings, const float* no_mask, const int* mask_index, const float* masks,
                  const float* weights, bf16* keys) {
    dense_prompt(embeddings, no_mask, mask_index, masks, weights, keys);
}

extern "C" __global__ void __launch_bounds__(256)
dense_prompt_fp32(const unsigned long long* embeddings, const float* no_mask, const int* mask_index, const float* masks,
                  const float* weights, float* keys) {
    dense_prompt(embeddings, no_mask, mask_index, masks, weights, keys);
}
