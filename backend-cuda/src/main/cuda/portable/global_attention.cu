// global_attention_hd{64,80}: softmax(q·kᵀ / sqrt(hd) + rel_h + rel_w) · v over all 4096 tokens of an image.
// Source   segment-anything image_encoder.py Attention.forward, add_decomposed_rel_pos (window_size 0)
// In       qkv bf16 [images*4096][3*heads*hd] (q | k | v, each [heads][hd]); rel_h, rel_w bf16 [127][hd]
// Out      out bf16 [images*4096][heads*hd], every element written
// Launch   grid (32, heads, images): 128 queries, two rows of the image; block and shared memory: Tiling below
//          Java  org.samfast.cuda.kernel.GlobalAttention
//
// Online softmax over tiles of 64 keys, one row of the image each, so that a lane meets the same key columns in every
// tile: rel_w[q][kw] = q·R_w[qw - kw + 63] stays in registers (fp16, divided by the scale) and is where the scores start
// from; rel_h[q][kh] = q·R_h[qh - kh + 63] is one value per query and tile, in shared memory. Both are made by the tensor
// cores before the loop from tables that borrow the room of the key tiles; q is unscaled in them.
#include <cuda_fp16.h>

#include "../common/attention.cuh"

constexpr int GRID = 64, QUERIES = 128, KEYS = 64, TABLE = 2 * GRID - 1;

// WARPS warps of 16*M queries; the softmax takes STEP keys at a time; STAGES key tiles are in shared memory.
template <int HEAD_DIM, int M_, int STEP_, int STAGES_> struct Tiling {
    static constexpr int HD = HEAD_DIM, M = M_, STEP = STEP_, STAGES = STAGES_;
    static constexpr int WARPS = QUERIES / (16 * M), THREADS = 32 * WARPS;
    static constexpr int CHUNKS = HD / 8, ROW = HD * 2, TILE = KEYS * ROW;
    static constexpr int PITCH = KEYS + 1;        // floats of rel_h per query
    static constexpr int SKEWED = 80, SKEW = 81;  // rows of R_w that 16 queries need; floats per query of their products
    // per warp: first the products with R_w of 16 queries, then rel_h of all its queries
    static constexpr int SCRATCH = M * PITCH > SKEW ? 16 * M * PITCH : 16 * SKEW;
    static constexpr int SHARED = STAGES * 2 * TILE + WARPS * SCRATCH * 4;
    static_assert(STAGES >= 2, "the tables take two stages");
};

// The scores of 64 keys against 16 queries start from this: of query row r the columns 8*j + 2*(lane%4), +1, as a pair.
using RelativeColumns = __half2[2][8];

// Rows of a table or of keys into shared memory; each group of LANES threads takes a row.
template <class T>
__device__ __forceinline__ void load_rows(uint32_t shared, const bf16* from, size_t stride, int rows) {
    constexpr int LANES = T::CHUNKS == 8 ? 8 : 2;
#pragma unroll 1
    for (int row = threadIdx.x / LANES; row < rows; row += T::THREADS / LANES) {
#pragma unroll
        for (int chunk = threadIdx.x % LANES; chunk < T::CHUNKS; chunk += LANES) {
            copy_async_16(shared + chunk_offset<T::HD>(row, chunk), from + row * stride + 8 * chunk);
        }
    }
}

// products[query][8*j + ..] = factor * q·(row of the table)ᵀ for 16 queries and 16 rows.
template <class T>
__device__ __forceinline__ void table_products(float* products, int pitch, const uint32_t (&q)[T::HD / 16][4],
                                               uint32_t table, int row, float factor) {
    int query = threadIdx.x % 32 / 4, pair = threadIdx.x % 4 * 2;
    float product[2][4] = {};
    multiply_rows<T::HD>(product[0], product[1], q, table, row);
#pragma unroll
    for (int i = 0; i < 8; i++) {
        products[(query + i / 2 % 2 * 8) * pitch + i / 4 * 8 + pair + i % 2] = factor * product[i / 4][i % 4];
    }
}

// rel_w of 16 queries that start at column `first` of the image, divided by the scale.
template <class T>
__device__ __forceinline__ void relative_columns(RelativeColumns& w, float* products, const uint32_t (&q)[T::HD / 16][4],
                                                 uint32_t table, int first, float factor) {
    int query = threadIdx.x % 32 / 4, pair = threadIdx.x % 4 * 2;
#pragma unroll 1
    for (int rows = 0; rows < T::SKEWED; rows += 16) {
        table_products<T>(products + rows, T::SKEW, q, table + (first + rows) * T::ROW, key_row(), factor);
    }
    __syncwarp();
#pragma unroll
    for (int i = 0; i < 16; i++) {
        int at = query + i / 8 * 8, key = i % 8 * 8 + pair;
        const float* product = products + at * T::SKEW + at - key + GRID - 1;
        // bounded so that no score starts from infinity
        w[i / 8][i % 8] = __floats2half2_rn(fminf(fmaxf(product[0], -6e4f), 6e4f), fminf(fmaxf(product[-1], -6e4f), 6e4f));
    }
    __syncwarp();
}

// What a warp keeps for its queries through all key tiles.
template <class T> struct Rows {
    uint32_t q[T::M][T::HD / 16][4];
    RelativeColumns w[T::M];
    float o[T::M][T::CHUNKS][4];
    float largest[T::M][2], sum[T::M][2];   // largest may lag up to SLACK behind, in units of log2
};

constexpr float SLACK = 8;

// Brings the running maxima up to date and rescales what was summed under the old ones.
template <class T>
__device__ __forceinline__ void raise(Rows<T>& rows, const float (&seen)[T::M][2]) {
#pragma unroll
    for (int m = 0; m < T::M; m++) {
#pragma unroll
        for (int r = 0; r < 2; r++) {
            float larger = fmaxf(rows.largest[m][r], quad_max(seen[m][r]));
            float factor = exp2_approximate(rows.largest[m][r] - larger);
            rows.largest[m][r] = larger;
            rows.sum[m][r] *= factor;
#pragma unroll
            for (int chunk = 0; chunk < T::CHUNKS; chunk++) {
                rows.o[m][chunk][2 * r] *= factor;
                rows.o[m][chunk][2 * r + 1] *= factor;
            }
        }
    }
}

// STEP keys from column `first` of a tile on; h is rel_h of this tile, in units of log2.
template <class T>
__device__ __forceinline__ void attend(Rows<T>& rows, const float (&h)[T::M][2], uint32_t keys, uint32_t values, int first) {
    constexpr float TO_LOG2 = (T::HD == 64 ? 0.125f : 0.11180339887498949f) * LOG2_E;
    float s[T::M][T::STEP / 8][4];
#pragma unroll
    for (int m = 0; m < T::M; m++) {
#pragma unroll
        for (int j = 0; j < T::STEP / 8; j++) {
#pragma unroll
            for (int r = 0; r < 2; r++) {
                float2 start = __half22float2(rows.w[m][r][first / 8 + j]);
                s[m][j][2 * r] = start.x;
                s[m][j][2 * r + 1] = start.y;
            }
        }
    }
#pragma unroll
    for (int k = 0; k < T::HD / 16; k++) {
#pragma unroll
        for (int j = 0; j < T::STEP / 8; j += 2) {
            uint32_t b[4];
            ldmatrix_x4(b, keys + (first + 8 * j) * T::ROW + chunk_offset<T::HD>(key_row(), 2 * k + key_half()));
#pragma unroll
            for (int m = 0; m < T::M; m++) {
                mma_m16n8k16(s[m][j], rows.q[m][k], b[0], b[1]);
                mma_m16n8k16(s[m][j + 1], rows.q[m][k], b[2], b[3]);
            }
        }
    }

    float seen[T::M][2];
    bool outgrown = false;
#pragma unroll
    for (int m = 0; m < T::M; m++) {
#pragma unroll
        for (int r = 0; r < 2; r++) {
            float score = s[m][0][2 * r];
#pragma unroll
            for (int j = 0; j < T::STEP / 8; j++) score = fmaxf(score, fmaxf(s[m][j][2 * r], s[m][j][2 * r + 1]));
            seen[m][r] = fmaf(score, TO_LOG2, h[m][r]);
            outgrown |= seen[m][r] > rows.largest[m][r] + SLACK;
        }
    }
    if (__any_sync(0xffffffffu, outgrown)) raise<T>(rows, seen);

#pragma unroll
    for (int j = 0; j < T::STEP / 8; j += 2) {
        uint32_t p[T::M][4];
#pragma unroll
        for (int m = 0; m < T::M; m++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                const float* pair = &s[m][j + i / 2][i % 2 * 2];
                float shift = h[m][i % 2] - rows.largest[m][i % 2];
                float left = exp2_approximate(fmaf(pair[0], TO_LOG2, shift));
                float right = exp2_approximate(fmaf(pair[1], TO_LOG2, shift));
                rows.sum[m][i % 2] += left + right;
                p[m][i] = pack_bf16(left, right);
            }
        }
#pragma unroll
        for (int chunk = 0; chunk < T::CHUNKS; chunk += 2) {
            uint32_t b[4];
            ldmatrix_x4_trans(b, values + (first + 8 * j) * T::ROW
                                     + chunk_offset<T::HD>(value_row(), chunk + value_half()));
#pragma unroll
            for (int m = 0; m < T::M; m++) {
                mma_m16n8k16(rows.o[m][chunk], p[m], b[0], b[1]);
                mma_m16n8k16(rows.o[m][chunk + 1], p[m], b[2], b[3]);
            }
        }
    }
}

template <class T>
__device__ __forceinline__ void global_attention(const bf16* qkv, const bf16* rel_h, const bf16* rel_w, bf16* out,
                                                 int heads) {
    extern __shared__ __align__(128) unsigned char shared[];
    constexpr float SCALE = T::HD == 64 ? 0.125f : 0.11180339887498949f;
    uint32_t base = shared_address(shared);
    int warp = threadIdx.x / 32, query = threadIdx.x % 32 / 4, pair = threadIdx.x % 4;
    float* scratch = reinterpret_cast<float*>(shared + T::STAGES * 2 * T::TILE) + warp * T::SCRATCH;
    int channels = heads * T::HD;
    size_t stride = 3 * channels, image = static_cast<size_t>(blockIdx.z) * GRID * GRID;
    const bf16* head = qkv + image * stride + blockIdx.y * T::HD;

    // all 127 rows of R_w in stage 0, the 65 of R_h that two image rows need in stage 1
    load_rows<T>(base, rel_w, T::HD, TABLE);
    load_rows<T>(base + 2 * T::TILE, rel_h + blockIdx.x * 2 * T::HD, T::HD, GRID + 1);
    commit_copies();
    Rows<T> rows;
    int first_query = warp * T::M * 16;   // of the block's 128
#pragma unroll
    for (int m = 0; m < T::M; m++) {
        const bf16* top = head + (blockIdx.x * QUERIES + first_query + m * 16 + query) * stride;
        load_queries<T::HD>(rows.q[m], top, top + 8 * stride);
    }
    wait_copies<0>();
    __syncthreads();
#pragma unroll
    for (int m = 0; m < T::M; m++) {
        relative_columns<T>(rows.w[m], scratch, rows.q[m], base, (first_query + m * 16) % GRID, 1.0f / SCALE);
    }
#pragma unroll
    for (int m = 0; m < T::M; m++) {
        int last = (first_query + m * 16) / GRID + GRID - 1;   // row for key row 0; each further key row is one before
#pragma unroll 1
        for (int kh = 0; kh < GRID; kh += 16) {
            table_products<T>(scratch + m * 16 * T::PITCH + kh, T::PITCH, rows.q[m], base + 2 * T::TILE,
                              last - kh - key_row(), LOG2_E);
        }
    }
    __syncthreads();

    auto load_tile = [&](int tile) {
        uint32_t stage = base + tile % T::STAGES * 2 * T::TILE;
        const bf16* key = head + channels + tile * KEYS * stride;
        load_rows<T>(stage, key, stride, KEYS);
        load_rows<T>(stage + T::TILE, key + channels, stride, KEYS);
    };
#pragma unroll
    for (int tile = 0; tile < T::STAGES - 1; tile++) {
        load_tile(tile);
        commit_copies();
    }
#pragma unroll
    for (int m = 0; m < T::M; m++) {
        rows.largest[m][0] = rows.largest[m][1] = -INFINITY;
        rows.sum[m][0] = rows.sum[m][1] = 0;
#pragma unroll
        for (int i = 0; i < 4 * T::CHUNKS; i++) rows.o[m][i / 4][i % 4] = 0;
    }
#pragma unroll 1
    for (int tile = 0; tile < GRID; tile++) {
        wait_copies<T::STAGES - 2>();
        __syncthreads();   // this tile is here, and all warps are done with the one before, whose room is filled next
        if (tile + T::STAGES - 1 < GRID) load_tile(tile + T::STAGES - 1);
        commit_copies();   // also an empty group, so that the count above holds to the end
        uint32_t stage = base + tile % T::STAGES * 2 * T::TILE;
        float h[T::M][2];
#pragma unroll
        for (int i = 0; i < 2 * T::M; i++) h[i / 2][i % 2] = scratch[(query + 8 * i) * T::PITCH + tile];
#pragma unroll
        for (int first = 0; first < KEYS; first += T::STEP) attend<T>(rows, h, stage, stage + T::TILE, first);
    }

#pragma unroll
    for (int i = 0; i < 2 * T::M; i++) {
        float inverse = 1.0f / quad_sum(rows.sum[i / 2][i % 2]);
        size_t token = image + blockIdx.x * QUERIES + first_query + query + 8 * i;
        uint32_t* to = reinterpret_cast<uint32_t*>(out + token * channels + blockIdx.y * T::HD) + pair;
#pragma unroll
        for (int chunk = 0; chunk < T::CHUNKS; chunk++) {
            const float* value = &rows.o[i / 2][chunk][i % 2 * 2];
            to[4 * chunk] = pack_bf16(value[0] * inverse, value[1] * inverse);
        }
    }
}

using Hd64 = Tiling<64, 2, 32, 3>;
using Hd80 = Tiling<80, 2, 32, 3>;

extern "C" __global__ void __launch_bounds__(Hd64::THREADS, 2)
global_attention_hd64_bf16(const bf16* qkv, const bf16* rel_h, const bf16* rel_w, bf16* out, int heads) {
    global_attention<Hd64>(qkv, rel_h, rel_w, out, heads);
}

extern "C" __global__ void __launch_bounds__(Hd80::THREADS, 2)
global_attention_hd80_bf16(const bf16* qkv, const bf16* rel_h, const bf16* rel_w, bf16* out, int heads) {
    global_attention<Hd80>(qkv, rel_h, rel_w, out, heads);
}
