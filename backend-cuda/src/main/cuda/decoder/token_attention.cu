// token_self_attention, token_to_image, image_to_token: softmax(q k^T / sqrt(d)) v of the two-way decoder, 8 heads, without
// the projections around it. Only the first counts[pair] tokens of a pair are real (at least 1): the others are no keys,
// and as queries give rows of 0. A pair's result depends on nothing but that pair, so not on `tokens`, the padded number.
// Source   segment-anything transformer.py Attention.forward @dca509f
// In       tokens' q, k, v [pairs][tokens][256 or 128] fp32; the image's q, k, v [pairs][4096][128] T; counts [pairs];
//          256 channels = 8 heads x 32 in self-attention, 128 = 8 x 16 in the other two
// Out      out like q, every element written
// Launch   token_self_attention: grid (8, ceil(tokens / 4), pairs), block 128, shared 512 B (static)
//          token_to_image:       grid (8, ceil(tokens / 4), pairs), block 256, shared 2560 B (static)
//          image_to_token:       grid (128, pairs), block 256, shared 10 KB (static)
//          Java  org.samfast.cuda.kernel.TokenSelfAttention, TokenToImage, ImageToToken
#include "../common/reduce.cuh"
#include "../common/vector.cuh"

constexpr int HEADS = 8;
constexpr int KEYS = 4096;
constexpr float NOTHING = -INFINITY;

template <int N> __device__ __forceinline__ float dot(const float (&a)[N], const float (&b)[N]) {
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < N; i++) sum += a[i] * b[i];
    return sum;
}

constexpr int SELF_DIM = 32;
constexpr int SELF_CHANNELS = HEADS * SELF_DIM;
constexpr int SELF_QUERIES = 4;

// A warp has one query; of the scores a lane has one of 32 keys, of the output one channel.
extern "C" __global__ void __launch_bounds__(128)
token_self_attention(const float* q, const float* k, const float* v, const int* counts, float* out, int tokens) {
    __shared__ __align__(16) float queries[SELF_QUERIES][SELF_DIM];
    int warp = threadIdx.x / 32;
    int lane = threadIdx.x % 32;
    int token = blockIdx.y * SELF_QUERIES + warp;
    if (token >= tokens) return;
    int count = counts[blockIdx.z];
    size_t pair = static_cast<size_t>(blockIdx.z) * tokens * SELF_CHANNELS + blockIdx.x * SELF_DIM;
    size_t own = pair + static_cast<size_t>(token) * SELF_CHANNELS + lane;
    if (token >= count) {
        out[own] = 0.0f;
        return;
    }
    queries[warp][lane] = q[own] * 0.17677669529663689f;
    __syncwarp();
    float highest = NOTHING;
    float mass = 0.0f;
    float sum = 0.0f;
    for (int first = 0; first < count; first += 32) {
        float score = NOTHING;
        if (first + lane < count) {
            float key[SELF_DIM];
            float query[SELF_DIM];
            load_vector(key, k + pair + static_cast<size_t>(first + lane) * SELF_CHANNELS);
            load_vector(query, queries[warp]);
            score = dot(query, key);
        }
        float higher = fmaxf(highest, warp_max(score));
        float fade = expf(highest - higher);
        float weight = expf(score - higher);
        mass = mass * fade + warp_sum(weight);
        sum *= fade;
        highest = higher;
        int keys = min(32, count - first);
#pragma unroll 8
        for (int i = 0; i < keys; i++)
            sum += __shfl_sync(0xffffffffu, weight, i) * v[pair + static_cast<size_t>(first + i) * SELF_CHANNELS + lane];
    }
    out[own] = sum / mass;
}

constexpr int DIM = 16;
constexpr int CHANNELS = HEADS * DIM;
constexpr int QUERIES = 4;
constexpr int THREADS = 256;
constexpr int WARPS = THREADS / 32;
constexpr float SCALE = 0.25f;

// What a thread, a warp or a block has gathered for one query: the highest score, and relative to it the sum of the
// weights and of the weighted values.
struct Gathered {
    float highest;
    float mass;
    float sum[DIM];

    __device__ __forceinline__ void clear() {
        highest = NOTHING;
        mass = 0.0f;
#pragma unroll
        for (int i = 0; i < DIM; i++) sum[i] = 0.0f;
    }

    __device__ __forceinline__ void fade_to(float higher) {
        float fade = expf(highest - higher);
        mass *= fade;
#pragma unroll
        for (int i = 0; i < DIM; i++) sum[i] *= fade;
        highest = higher;
    }

    __device__ __forceinline__ void add(float weight, const float (&value)[DIM]) {
        mass += weight;
#pragma unroll
        for (int i = 0; i < DIM; i++) sum[i] += weight * value[i];
    }
};

// One step of warp_sum_of_channel: lanes 2 HALF apart hand each other the half of the values that is not their own.
template <int HALF> __device__ __forceinline__ void hand_over(float (&values)[DIM], int lane) {
    bool upper = lane & (2 * HALF);
#pragma unroll
    for (int i = 0; i < HALF; i++) {
        float given = upper ? values[i] : values[i + HALF];
        float kept = upper ? values[i + HALF] : values[i];
        values[i] = kept + __shfl_xor_sync(0xffffffffu, given, 2 * HALF);
    }
}

// The sum over the warp of values[lane / 2].
__device__ __forceinline__ float warp_sum_of_channel(float (&values)[DIM], int lane) {
    hand_over<8>(values, lane);
    hand_over<4>(values, lane);
    hand_over<2>(values, lane);
    hand_over<1>(values, lane);
    return values[0] + __shfl_xor_sync(0xffffffffu, values[0], 1);
}

// A block has 4 queries of one head, a thread every 256th key.
template <class T>
__device__ void token_to_image(const float* q, const T* k, const T* v, const int* counts, float* out, int tokens) {
    __shared__ __align__(16) float queries[QUERIES][DIM];
    __shared__ Gathered of_warp[WARPS][QUERIES];
    int thread = threadIdx.x;
    int lane = thread % 32;
    int count = counts[blockIdx.z];
    int own_query = thread / DIM;
    int token = blockIdx.y * QUERIES + own_query;
    size_t own = (static_cast<size_t>(blockIdx.z) * tokens + token) * CHANNELS + blockIdx.x * DIM + thread % DIM;
    bool writes = own_query < QUERIES && token < tokens;
    bool real = writes && token < count;
    if (static_cast<int>(blockIdx.y) * QUERIES >= count) {
        if (writes) out[own] = 0.0f;
        return;
    }
    if (own_query < QUERIES) queries[own_query][thread % DIM] = real ? q[own] * SCALE : 0.0f;
    __syncthreads();

    Gathered gathered[QUERIES];
#pragma unroll
    for (int i = 0; i < QUERIES; i++) gathered[i].clear();
    size_t image = static_cast<size_t>(blockIdx.z) * KEYS * CHANNELS + blockIdx.x * DIM;
#pragma unroll 1
    for (int key = thread; key < KEYS; key += THREADS) {
        float keys[DIM];
        float values[DIM];
        load_vector(keys, k + image + static_cast<size_t>(key) * CHANNELS);
        load_vector(values, v + image + static_cast<size_t>(key) * CHANNELS);
#pragma unroll
        for (int i = 0; i < QUERIES; i++) {
            float query[DIM];
            load_vector(query, queries[i]);
            float score = dot(query, keys);
            if (score > gathered[i].highest) gathered[i].fade_to(score);
            gathered[i].add(expf(score - gathered[i].highest), values);
        }
    }

#pragma unroll
    for (int i = 0; i < QUERIES; i++) {
        gathered[i].fade_to(warp_max(gathered[i].highest));
        Gathered& whole = of_warp[thread / 32][i];
        float mass = warp_sum(gathered[i].mass);
        float sum = warp_sum_of_channel(gathered[i].sum, lane);
        if (lane % 2 == 0) whole.sum[lane / 2] = sum;
        if (lane == 0) whole.mass = mass;
        if (lane == 0) whole.highest = gathered[i].highest;
    }
    __syncthreads();
    if (!writes) return;
    float highest = NOTHING;
    float mass = 0.0f;
    float sum = 0.0f;
    for (int warp = 0; warp < WARPS; warp++) highest = fmaxf(highest, of_warp[warp][own_query].highest);
    for (int warp = 0; warp < WARPS; warp++) {
        const Gathered& part = of_warp[warp][own_query];
        float fade = expf(part.highest - highest);
        mass += part.mass * fade;
        sum += part.sum[thread % DIM] * fade;
    }
    out[own] = real ? sum / mass : 0.0f;
}

constexpr int STAGED = 8;
constexpr int PIXEL_THREADS = 256;

// A thread has one head of one pixel, heads side by side; the tokens pass through shared memory, 8 at a time. Heads are
// 20 floats apart there, so that the 8 heads of a pixel are read from 32 different banks.
template <class T>
__device__ void image_to_token(const T* q, const float* k, const float* v, const int* counts, T* out, int tokens) {
    __shared__ __align__(16) float keys[STAGED][HEADS][DIM + 4];
    __shared__ __align__(16) float values[STAGED][HEADS][DIM + 4];
    int head = threadIdx.x % HEADS;
    int pixel = blockIdx.x * (PIXEL_THREADS / HEADS) + threadIdx.x / HEADS;
    size_t own = (static_cast<size_t>(blockIdx.y) * KEYS + pixel) * CHANNELS + head * DIM;
    size_t pair = static_cast<size_t>(blockIdx.y) * tokens * CHANNELS;
    int count = counts[blockIdx.y];
    float query[DIM];
    load_vector(query, q + own);
    Gathered gathered;
    gathered.clear();
    for (int first = 0; first < count; first += STAGED) {
        int staged = min(STAGED, count - first);
        __syncthreads();
        for (int i = threadIdx.x; i < staged * CHANNELS; i += PIXEL_THREADS) {
            size_t from = pair + static_cast<size_t>(first) * CHANNELS + i;
            keys[i / CHANNELS][i % CHANNELS / DIM][i % DIM] = k[from] * SCALE;
            values[i / CHANNELS][i % CHANNELS / DIM][i % DIM] = v[from];
        }
        __syncthreads();
        float scores[STAGED];
        float higher = gathered.highest;
#pragma unroll
        for (int i = 0; i < STAGED; i++) {
            if (i >= staged) break;
            float key[DIM];
            load_vector(key, reinterpret_cast<const float*>(keys[i][head]));
            scores[i] = dot(query, key);
            higher = fmaxf(higher, scores[i]);
        }
        gathered.fade_to(higher);
#pragma unroll
        for (int i = 0; i < STAGED; i++) {
            if (i >= staged) break;
            float value[DIM];
            load_vector(value, reinterpret_cast<const float*>(values[i][head]));
            gathered.add(expf(scores[i] - higher), value);
        }
    }
    float mean[DIM];
#pragma unroll
    for (int i = 0; i < DIM; i++) mean[i] = gathered.sum[i] / gathered.mass;
    store_vector(out + own, mean);
}

extern "C" __global__ void __launch_bounds__(THREADS)
token_to_image_bf16(const float* q, const bf16* k, const bf16* v, const int* counts, float* out, int tokens) {
    token_to_image(q, k, v, counts, out, tokens);
}

extern "C" __global__ void __launch_bounds__(THREADS)
token_to_image_fp32(const float* q, const float* k, const float* v, const int* counts, float* out, int tokens) {
    token_to_image(q, k, v, counts, out, tokens);
}

extern "C" __global__ void __launch_bounds__(PIXEL_THREADS)
image_to_token_bf16(const bf16* q, const float* k, const float* v, const int* counts, bf16* out, int tokens) {
    image_to_token(q, k, v, counts, out, tokens);
}

extern "C" __global__ void __launch_bounds__(PIXEL_THREADS)
image_to_token_fp32(const float* q, const float* k, const float* v, const int* counts, float* out, int tokens) {
    image_to_token(q, k, v, counts, out, tokens);
}
