// absorb_tokens: a projection of the image's tokens moved to the prompt's: for head h of token t, sum over its 16 channels of
// in[t][16 h + i] weight[16 h + i][:]. So a product with the image's 256 channels takes the place of one with 16 projected ones.
// Source   segment-anything transformer.py Attention, q_proj, k_proj and out_proj of the cross attentions @dca509f
// In       in fp32 [pairs][tokens][128]; weight fp32 [128][256]; bias fp32 [128] or null; added fp32 [256] or null; counts [pairs]:
//          real tokens; groups = ceil(tokens / 8)
// Out      out bf16 [pairs][groups][64][256], row 8 h + t where heads come first, else 8 t + h, 0 where the token is not real; tiled as
//          in_tile() has them, for attend_from_projected. With an eighth of added, unscaled, where that is not null: weights that sum to 1
//          per head then add all of it. out_bias fp32 [pairs][groups][64] where there is a bias: in times bias likewise. Both times scale
// Launch   grid (groups, pairs), block 256: a thread has a channel   Java  org.samfast.cuda.kernel.AbsorbTokens
#include "../common/element.cuh"

constexpr int CHANNELS = 256, INNER = 128, HEADS = 8, DIM = 16, GROUP = 8;

// Where a value is in a tile as ImageTile has it, its columns such that thread t of a quad, which has the columns 8 j + 2 t, +1 of a
// product's outcome, has of 32 channels 8 t to 8 t + 7.
__device__ __forceinline__ int in_tile(int row, int channel) {
    int column = channel / 32 * 32 + channel % 8 / 2 * 8 + channel % 32 / 8 * 2 + channel % 2;
    return column / 64 * (GROUP * HEADS * 64) + row * 64 + ((column % 64 / 8 ^ (row & 7)) << 3) + column % 8;
}

extern "C" __global__ void __launch_bounds__(CHANNELS)
absorb_tokens(const float* in, const float* weight, const float* bias, const float* added, const int* counts, bf16* out,
              float* out_bias, int tokens, float scale, int heads_first, int tiled) {
    __shared__ float of_token[GROUP][INNER];
    int pair = blockIdx.y, group = blockIdx.x, channel = threadIdx.x;
    int real = min(counts[pair] - group * GROUP, GROUP);
    const float* from = in + (static_cast<size_t>(pair) * tokens + group * GROUP) * INNER;
    for (int i = threadIdx.x; i < GROUP * INNER; i += CHANNELS) of_token[i / INNER][i % INNER] = i / INNER < real ? from[i] * scale : 0.0f;
    __syncthreads();
    size_t own = static_cast<size_t>(pair) * gridDim.x + group;
    bf16* to = out + own * GROUP * HEADS * CHANNELS;
    float share = added == nullptr ? 0.0f : added[channel] * (1.0f / HEADS);
#pragma unroll 1
    for (int head = 0; head < HEADS; head++) {
        float own_weight[DIM];
#pragma unroll
        for (int i = 0; i < DIM; i++) own_weight[i] = weight[(head * DIM + i) * CHANNELS + channel];
#pragma unroll
        for (int token = 0; token < GROUP; token++) {
            float sum = token < real ? share : 0.0f;
#pragma unroll
            for (int i = 0; i < DIM; i++) sum = fmaf(of_token[token][head * DIM + i], own_weight[i], sum);
            int row = heads_first ? head * GROUP + token : token * HEADS + head;
            to[tiled ? in_tile(row, channel) : row * CHANNELS + channel] = __float2bfloat16_rn(sum);
        }
    }
    if (bias == nullptr || threadIdx.x >= GROUP * HEADS) return;
    int head = heads_first ? threadIdx.x / GROUP : threadIdx.x % HEADS, token = heads_first ? threadIdx.x % GROUP : threadIdx.x / HEADS;
    float sum = 0;
    for (int i = 0; i < DIM; i++) sum = fmaf(of_token[token][head * DIM + i], bias[head * DIM + i], sum);
    out_bias[own * GROUP * HEADS + threadIdx.x] = sum;
}
