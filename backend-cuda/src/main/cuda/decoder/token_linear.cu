// token_linear_few, token_linear_many: the Linears of the decoder's tokens, out = act((in + addend) weight^T + bias) + residual.
// Two tilings of one sum: k is cut into chunks of 32, each summed by fma in order from 0, the chunks then added in order
// from 0. So both give the same bits, whatever the other rows are and however many.
// Source   segment-anything transformer.py Attention, TwoWayAttentionBlock; mask_decoder.py MLP; nn.Linear @dca509f
// In       in [rows][k] fp32, row r at r * in_stride; addend like in, or null; weight [n][k]; bias [n];
//          residual like out, or null; k a multiple of 32, in_stride of 4; 16-byte aligned
// Out      out [rows][n] fp32, row r at r * out_stride, nothing between rows written; may be residual, not in
// Launch   few: grid (ceil(n / 32), ceil(rows / 8)), block 256, shared 16 KB (static); many: grid (ceil(n / 64),
//          ceil(rows / 64)), block 256, shared 17 KB (static); relu 0 or 1   Java  org.samfast.cuda.kernel.TokenLinear
#include "../common/vector.cuh"

constexpr int CHUNK = 32;
constexpr int THREADS = 256;

struct Linear {
    const float* in;
    const float* addend;
    const float* weight;
    const float* bias;
    const float* residual;
    float* out;
    int rows;
    int n;
    int k;
    int in_stride;
    int out_stride;
    int relu;

    // N inputs of one row, zero past the last row.
    template <int N> __device__ __forceinline__ void load_in(int row, int column, float (&to)[N]) const {
#pragma unroll
        for (int i = 0; i < N; i++) to[i] = 0.0f;
        if (row >= rows) return;
        size_t at = static_cast<size_t>(row) * in_stride + column;
        load_vector(to, in + at);
        if (addend == nullptr) return;
        float more[N];
        load_vector(more, addend + at);
#pragma unroll
        for (int i = 0; i < N; i++) to[i] += more[i];
    }

    template <int N> __device__ __forceinline__ void load_weight(int feature, int column, float (&to)[N]) const {
#pragma unroll
        for (int i = 0; i < N; i++) to[i] = 0.0f;
        if (feature < n) load_vector(to, weight + static_cast<size_t>(feature) * k + column);
    }

    __device__ __forceinline__ void finish(int row, int feature, float sum) const {
        if (row >= rows || feature >= n) return;
        size_t at = static_cast<size_t>(row) * out_stride + feature;
        float value = sum + bias[feature];
        if (relu) value = fmaxf(value, 0.0f);
        out[at] = residual == nullptr ? value : value + residual[at];
    }
};

constexpr int FEW_ROWS = 8;
constexpr int FEW_WARPS = THREADS / 32;

// 8 rows x 32 features: each warp sums one chunk, a lane one feature of all 8 rows; then a thread adds the chunks of one output.
__device__ __forceinline__ void few(const Linear& linear) {
    __shared__ __align__(16) float inputs[FEW_WARPS][FEW_ROWS][CHUNK];
    __shared__ float partial[FEW_WARPS][FEW_ROWS][32];
    int warp = threadIdx.x / 32;
    int lane = threadIdx.x % 32;
    int first_row = blockIdx.y * FEW_ROWS;
    int feature = blockIdx.x * 32 + lane;
    float total = 0.0f;
    for (int start = 0; start < linear.k; start += FEW_WARPS * CHUNK) {
        int column = start + warp * CHUNK;
        if (column < linear.k) {
            float weights[CHUNK];
            linear.load_weight(feature, column, weights);
            float eight[8];
            linear.load_in(first_row + lane / 4, column + lane % 4 * 8, eight);
            store_8(&inputs[warp][lane / 4][lane % 4 * 8], eight);
            __syncwarp();
#pragma unroll
            for (int row = 0; row < FEW_ROWS; row++) {
                float input[CHUNK];
                load_vector(input, inputs[warp][row]);
                float sum = 0.0f;
#pragma unroll
                for (int i = 0; i < CHUNK; i++) sum = fmaf(input[i], weights[i], sum);
                partial[warp][row][lane] = sum;
            }
        }
        __syncthreads();
        int chunks = min(FEW_WARPS, (linear.k - start) / CHUNK);
        for (int chunk = 0; chunk < chunks; chunk++) total += partial[chunk][warp][lane];
        __syncthreads();
    }
    linear.finish(first_row + warp, feature, total);
}

constexpr int TILE = 64;
constexpr int OWN = 4;
constexpr int PITCH = TILE + 4;

// What one thread carries from global to shared memory per chunk: 4 values of two rows, 32 apart, of inputs and weights.
struct Parcel {
    float in[2][4];
    float weight[2][4];

    __device__ __forceinline__ void load(const Linear& linear, int row, int feature, int column) {
#pragma unroll
        for (int i = 0; i < 2; i++) {
            linear.load_in(row + 32 * i, column, in[i]);
            linear.load_weight(feature + 32 * i, column, weight[i]);
        }
    }

    __device__ __forceinline__ void store(float (*ins)[PITCH], float (*weights)[PITCH], int row, int column) const {
#pragma unroll
        for (int i = 0; i < 2; i++)
#pragma unroll
            for (int j = 0; j < 4; j++) {
                ins[column + j][row + 32 * i] = in[i][j];
                weights[column + j][row + 32 * i] = weight[i][j];
            }
    }
};

// 64 rows x 64 features, a thread 4 x 4 of them; the next chunk is under way from memory while one is summed. A warp carries
// 16 rows x 32 bytes: whole sectors from memory, and 32 different banks of the transposed tile.
__device__ __forceinline__ void many(const Linear& linear) {
    __shared__ __align__(16) float ins[CHUNK][PITCH];
    __shared__ __align__(16) float weights[CHUNK][PITCH];
    int warp = threadIdx.x / 32;
    int lane = threadIdx.x % 32;
    int carried_row = warp / 4 * 16 + lane % 16;
    int carried_column = (warp % 4 * 2 + lane / 16) * 4;
    int own_row = threadIdx.x / 16 * OWN;
    int own_feature = threadIdx.x % 16 * OWN;
    int first_row = blockIdx.y * TILE;
    int first_feature = blockIdx.x * TILE;
    float total[OWN][OWN] = {};
    Parcel parcel;
    parcel.load(linear, first_row + carried_row, first_feature + carried_row, carried_column);
    for (int start = 0; start < linear.k; start += CHUNK) {
        parcel.store(ins, weights, carried_row, carried_column);
        __syncthreads();
        if (start + CHUNK < linear.k)
            parcel.load(linear, first_row + carried_row, first_feature + carried_row, start + CHUNK + carried_column);
        float sum[OWN][OWN] = {};
#pragma unroll 8
        for (int i = 0; i < CHUNK; i++) {
            float input[OWN];
            float weight[OWN];
            load_vector(input, &ins[i][own_row]);
            load_vector(weight, &weights[i][own_feature]);
#pragma unroll
            for (int r = 0; r < OWN; r++)
#pragma unroll
                for (int f = 0; f < OWN; f++) sum[r][f] = fmaf(input[r], weight[f], sum[r][f]);
        }
#pragma unroll
        for (int r = 0; r < OWN; r++)
#pragma unroll
            for (int f = 0; f < OWN; f++) total[r][f] += sum[r][f];
        __syncthreads();
    }
#pragma unroll
    for (int r = 0; r < OWN; r++)
#pragma unroll
        for (int f = 0; f < OWN; f++) linear.finish(first_row + own_row + r, first_feature + own_feature + f, total[r][f]);
}

extern "C" __global__ void __launch_bounds__(THREADS)
token_linear_few(const float* in, const float* addend, const float* weight, const float* bias, const float* residual, float* out,
                 int rows, int n, int k, int in_stride, int out_stride, int relu) {
    few({in, addend, weight, bias, residual, out, rows, n, k, in_stride, out_stride, relu});
}

extern "C" __global__ void __launch_bounds__(THREADS)
token_linear_many(const float* in, const float* addend, const float* weight, const float* bias, const float* residual, float* out,
                  int rows, int n, int k, int in_stride, int out_stride, int relu) {
    many({in, addend, weight, bias, residual, out, rows, n, k, in_stride, out_stride, relu});
}
