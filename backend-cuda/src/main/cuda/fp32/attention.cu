// window_attention_fp32, global_attention_fp32: softmax(q·kᵀ / sqrt(head_dim) + rel_h + rel_w) · v, plainly in fp32: what
// the fast kernels are compared with on the device.
// Source   segment-anything image_encoder.py Attention.forward, add_decomposed_rel_pos, window_partition
// In       qkv fp32 [images*4096][3*heads*head_dim] (q | k | v, each [heads][head_dim]), head_dim a multiple of 8 up to 128;
//          qkv_bias fp32 [3*heads*head_dim] (windows only: k and v of padded tokens); rel_h, rel_w fp32 [2*side - 1][head_dim]
// Out      out fp32 [images*4096][heads*head_dim], every element written
// Launch   grid (windows * tiles of 32 queries, heads, images) = (25 * 7 or 128, ..), block 256,
//          shared 4 * (96 * (head_dim + 1) + 64 * side) B   Java  org.samfast.cuda.kernel.WindowAttention, GlobalAttention
//
// A block takes 32 queries of one window (side 14, or side 64: the whole image) and goes over its keys by 32 with an
// online softmax. A warp owns four queries; its lanes are keys for the scores and channels for the output.
#include "../common/reduce.cuh"

constexpr int GRID = 64, TILE = 32, OWN = 4, CHANNEL_GROUPS = 128 / 32;

// Where a token of a window lies in the image; not in it where the window is padded.
template <int SIDE> struct Position {
    int y, x;

    __device__ Position(int token) {
        constexpr int WINDOWS = (GRID + SIDE - 1) / SIDE, TILES = (SIDE * SIDE + TILE - 1) / TILE;
        int window = blockIdx.x / TILES;
        y = window / WINDOWS * SIDE + token / SIDE;
        x = window % WINDOWS * SIDE + token % SIDE;
    }

    __device__ bool in_image() const { return y < GRID && x < GRID; }

    __device__ size_t row() const { return (static_cast<size_t>(blockIdx.z) * GRID + y) * GRID + x; }
};

// 32 tokens' q, k or v (part 0, 1, 2) into rows of head_dim + 1 floats: padding takes the bias, tokens past the window 0.
template <int SIDE>
__device__ void load_tile(float* tile, const float* qkv, const float* qkv_bias, int part, int first, int heads, int head_dim) {
    int channels = heads * head_dim, column = part * channels + blockIdx.y * head_dim;
    for (int i = threadIdx.x; i < TILE * head_dim; i += 256) {
        int token = first + i / head_dim, channel = i % head_dim;
        Position<SIDE> at(token);
        float value = 0;
        if (token < SIDE * SIDE) {
            value = at.in_image() ? qkv[at.row() * 3 * channels + column + channel] : qkv_bias[column + channel];
        }
        tile[i / head_dim * (head_dim + 1) + channel] = value;
    }
}

__device__ float dot(const float* a, const float* b, int n) {
    float sum = 0;
    for (int i = 0; i < n; i++) sum = fmaf(a[i], b[i], sum);
    return sum;
}

template <int SIDE>
__device__ void attention(const float* qkv, const float* qkv_bias, const float* rel_h, const float* rel_w, float* out,
                          int heads, int head_dim) {
    constexpr int TOKENS = SIDE * SIDE, TILES = (TOKENS + TILE - 1) / TILE;
    extern __shared__ float shared[];
    int pitch = head_dim + 1, lane = threadIdx.x % 32, own = threadIdx.x / 32 * OWN;
    float *queries = shared, *keys = queries + TILE * pitch, *values = keys + TILE * pitch;
    float* relative = values + TILE * pitch;   // [query][rel_h of each key row, rel_w of each key column]
    int first_query = blockIdx.x % TILES * TILE;

    load_tile<SIDE>(queries, qkv, qkv_bias, 0, first_query, heads, head_dim);
    __syncthreads();
    for (int i = threadIdx.x; i < TILE * 2 * SIDE; i += 256) {
        int query = i / (2 * SIDE), key = i % (2 * SIDE), token = min(first_query + query, TOKENS - 1);
        int distance = key < SIDE ? token / SIDE - key : token % SIDE - (key - SIDE);
        const float* table = key < SIDE ? rel_h : rel_w;
        relative[i] = dot(queries + query * pitch, table + (distance + SIDE - 1) * head_dim, head_dim);
    }

    float scale = 1.0f / sqrtf(head_dim);
    float largest[OWN], sum[OWN] = {}, o[OWN][CHANNEL_GROUPS] = {};
    for (int i = 0; i < OWN; i++) largest[i] = -INFINITY;
    for (int first_key = 0; first_key < TOKENS; first_key += TILE) {
        __syncthreads();
        load_tile<SIDE>(keys, qkv, qkv_bias, 1, first_key, heads, head_dim);
        load_tile<SIDE>(values, qkv, qkv_bias, 2, first_key, heads, head_dim);
        __syncthreads();
        int key = min(first_key + lane, TOKENS - 1);
        float p[OWN];
#pragma unroll
        for (int i = 0; i < OWN; i++) {
            const float* bias = relative + (own + i) * 2 * SIDE;
            float score = dot(queries + (own + i) * pitch, keys + lane * pitch, head_dim) * scale
                + bias[key / SIDE] + bias[SIDE + key % SIDE];
            if (first_key + lane >= TOKENS) score = -INFINITY;
            float larger = fmaxf(largest[i], warp_max(score)), factor = expf(largest[i] - larger);
            p[i] = expf(score - larger);
            sum[i] = sum[i] * factor + p[i];
            largest[i] = larger;
#pragma unroll
            for (int group = 0; group < CHANNEL_GROUPS; group++) o[i][group] *= factor;
        }
        for (int j = 0; j < TILE; j++) {
            float weight[OWN];
#pragma unroll
            for (int i = 0; i < OWN; i++) weight[i] = __shfl_sync(0xffffffffu, p[i], j);
#pragma unroll
            for (int group = 0; group < CHANNEL_GROUPS; group++) {
                int channel = group * 32 + lane;
                if (channel >= head_dim) break;
#pragma unroll
                for (int i = 0; i < OWN; i++) o[i][group] = fmaf(weight[i], values[j * pitch + channel], o[i][group]);
            }
        }
    }

#pragma unroll
    for (int i = 0; i < OWN; i++) {
        float inverse = 1.0f / warp_sum(sum[i]);
        int token = first_query + own + i;
        Position<SIDE> at(token);
        if (token >= TOKENS || !at.in_image()) continue;
        float* to = out + (at.row() * heads + blockIdx.y) * head_dim;
#pragma unroll
        for (int group = 0; group < CHANNEL_GROUPS; group++) {
            int channel = group * 32 + lane;
            if (channel < head_dim) to[channel] = o[i][group] * inverse;
        }
    }
}

extern "C" __global__ void __launch_bounds__(256)
window_attention_fp32(const float* qkv, const float* qkv_bias, const float* rel_h, const float* rel_w, float* out,
                      int heads, int head_dim) {
    attention<14>(qkv, qkv_bias, rel_h, rel_w, out, heads, head_dim);
}

extern "C" __global__ void __launch_bounds__(256)
global_attention_fp32(const float* qkv, const float* rel_h, const float* rel_w, float* out, int heads, int head_dim) {
    attention<64>(qkv, nullptr, rel_h, rel_w, out, heads, head_dim);
}
