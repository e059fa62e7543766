// window_attention_hd{64,80}: softmax(q·kᵀ / sqrt(hd) + rel_h + rel_w) · v inside each 14x14 window of the 64x64 grid.
// Source   segment-anything image_encoder.py Block.forward, window_partition, Attention.forward, add_decomposed_rel_pos
// In       qkv bf16 [images*4096][3*heads*hd] (q | k | v, each [heads][hd]); qkv_bias fp32 [3*heads*hd];
//          rel_h, rel_w bf16 [27][hd]
// Out      out bf16 [images*4096][heads*hd], every element written
// Launch   grid (25 windows, heads, images), block 128 (hd 64) or 160 (hd 80), shared 72704 or 90880 B
//          Java  org.samfast.cuda.kernel.WindowAttention
//
// Nothing is partitioned or padded in memory: a block reads its window's tokens where they are. The original pads after
// norm1 with zeros, so a padded token has k = v = the bias of qkv; it counts as a key and is dropped as a query.
// Keys lie 14 rows x 16 columns in shared memory (columns 14 and 15 get a bias of -inf), queries go by window row, 14 in
// a tile of 16: then the key row, the key column and the query row are known where the code needs them.
// rel_h[q][kh] = q·R_h[qh - kh + 13], rel_w[q][kw] = q·R_w[qw - kw + 13], with q unscaled, by the tensor cores too.
#include "../common/attention.cuh"
#include "../common/vector.cuh"

constexpr int GRID = 64, SIDE = 14, WINDOWS = 5;
constexpr int WIDE = 16;                  // columns of a window in shared memory
constexpr int TABLE = 2 * SIDE - 1;       // rows of rel_h and of rel_w
constexpr int PITCH = 33;                 // floats per query of its products with a table: odd, against bank conflicts

template <int HD> struct Shared {
    static constexpr int CHUNKS = HD / 8, THREADS = WIDE * CHUNKS, WARPS = THREADS / 32, ROW = HD * 2;
    static constexpr int KEYS = 0, VALUES = KEYS + SIDE * WIDE * ROW, TABLES = VALUES + SIDE * WIDE * ROW;
    static constexpr int PRODUCTS = TABLES + 2 * TABLE * ROW;
};

// One head of one image and the window in it.
struct Window {
    const bf16* qkv;   // first token's q
    int channels, x, y;

    __device__ __forceinline__ const bf16* token(int column, int row) const {
        return qkv + ((y + row) * GRID + x + column) * 3 * channels;
    }
};

// Each thread brings one chunk of one window column, row after row.
template <int HD>
__device__ __forceinline__ void load_window(unsigned char* shared, const Window& window, const float* key_bias,
                                            const float* value_bias, const bf16* rel_h, const bf16* rel_w) {
    using S = Shared<HD>;
    int column = threadIdx.x / S::CHUNKS, chunk = threadIdx.x % S::CHUNKS;
    uint4 padding_key = {}, padding_value = {};
    if (column < SIDE) {
        padding_key = rounded_8(key_bias + 8 * chunk);
        padding_value = rounded_8(value_bias + 8 * chunk);
    }
#pragma unroll 2
    for (int row = 0; row < SIDE; row++) {
        uint32_t offset = chunk_offset<HD>(row * WIDE + column, chunk);
        if (column < SIDE && window.x + column < GRID && window.y + row < GRID) {
            const bf16* key = window.token(column, row) + window.channels + 8 * chunk;
            copy_async_16(shared_address(shared + S::KEYS + offset), key);
            copy_async_16(shared_address(shared + S::VALUES + offset), key + window.channels);
        } else {
            *reinterpret_cast<uint4*>(shared + S::KEYS + offset) = padding_key;
            *reinterpret_cast<uint4*>(shared + S::VALUES + offset) = padding_value;
        }
    }
    for (int row = column; row < 2 * TABLE; row += WIDE) {
        const bf16* from = row < TABLE ? rel_w + row * HD : rel_h + (row - TABLE) * HD;
        copy_async_16(shared_address(shared + S::TABLES + chunk_offset<HD>(row, chunk)), from + 8 * chunk);
    }
    commit_copies();
}

// The products of a warp's queries with 16 rows of a table, one row of floats per query.
template <int HD>
__device__ __forceinline__ void table_products(float* products, const uint32_t (&q)[HD / 16][4], uint32_t table, int row) {
    int query = threadIdx.x % 32 / 4, pair = threadIdx.x % 4 * 2;
    float product[2][4] = {};
    multiply_rows<HD>(product[0], product[1], q, table, row);
#pragma unroll
    for (int i = 0; i < 8; i++) products[(query + i / 2 % 2 * 8) * PITCH + i / 4 * 8 + pair + i % 2] = product[i / 4][i % 4];
}

// w[r][2*half + e]: q·R_w[qw - kw + 13] of query row r at key column kw = 8*half + 2*(lane%4) + e; afterwards products
// holds q·R_h[row - kh + 13] at [query][kh]. The rows past those wanted are multiplied with whatever lies there.
template <int HD>
__device__ __forceinline__ void relative_position(float (&w)[2][4], float* products, const uint32_t (&q)[HD / 16][4],
                                                  uint32_t tables, int row) {
    int query = threadIdx.x % 32 / 4, pair = threadIdx.x % 4 * 2;
    __syncwarp();
    table_products<HD>(products, q, tables, key_row());
    table_products<HD>(products + 16, q, tables + 16 * HD * 2, key_row());
    __syncwarp();
#pragma unroll
    for (int i = 0; i < 8; i++) {
        int at = query + i / 4 * 8, key = i / 2 % 2 * 8 + pair + i % 2;
        w[i / 4][i % 4] = key < SIDE ? products[at * PITCH + at - key + SIDE - 1] : -INFINITY;
    }
    __syncwarp();
    table_products<HD>(products, q, tables, TABLE + row + SIDE - 1 - key_row());
    __syncwarp();
}

// The 14 queries of one window row, by one warp.
template <int HD>
__device__ __forceinline__ void attend_row(unsigned char* shared, const Window& window, int row, int columns, bf16* out) {
    using S = Shared<HD>;
    uint32_t base = shared_address(shared);
    int lane = threadIdx.x % 32, query = lane / 4;
    uint32_t q[HD / 16][4];
    // a row's missing queries repeat its last one and are not stored
    load_queries<HD>(q, window.token(min(query, columns - 1), row), window.token(min(query + 8, columns - 1), row));

    float w[2][4];
    float* products = reinterpret_cast<float*>(shared + S::PRODUCTS) + threadIdx.x / 32 * 16 * PITCH;
    relative_position<HD>(w, products, q, base + S::TABLES, row);

    constexpr float SCALE = HD == 64 ? 0.125f : 0.11180339887498949f, TO_LOG2 = SCALE * LOG2_E;
    float s[2 * SIDE][4] = {};
#pragma unroll
    for (int kh = 0; kh < SIDE; kh++) {
        multiply_rows<HD>(s[2 * kh], s[2 * kh + 1], q, base + S::KEYS + kh * WIDE * S::ROW, key_row());
#pragma unroll
        for (int i = 0; i < 8; i++) s[2 * kh + i / 4][i % 4] += w[i / 2 % 2][i / 4 * 2 + i % 2] * (1.0f / SCALE);
    }

    // in units of log2: score = s * TO_LOG2 + relative_row
    auto relative_row = [&](int kh, int r) { return LOG2_E * products[(query + 8 * r) * PITCH + kh]; };
    float largest[2] = {-INFINITY, -INFINITY}, sum[2] = {};
#pragma unroll
    for (int kh = 0; kh < SIDE; kh++) {
#pragma unroll
        for (int r = 0; r < 2; r++) {
            float left = fmaxf(s[2 * kh][2 * r], s[2 * kh][2 * r + 1]);
            float right = fmaxf(s[2 * kh + 1][2 * r], s[2 * kh + 1][2 * r + 1]);
            largest[r] = fmaxf(largest[r], fmaf(fmaxf(left, right), TO_LOG2, relative_row(kh, r)));
        }
    }
    largest[0] = quad_max(largest[0]);
    largest[1] = quad_max(largest[1]);

    float o[S::CHUNKS][4] = {};
#pragma unroll
    for (int kh = 0; kh < SIDE; kh++) {
        float shift[2] = {relative_row(kh, 0) - largest[0], relative_row(kh, 1) - largest[1]};
        uint32_t p[4];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            float* pair = &s[2 * kh + i / 2][i % 2 * 2];
            float first = exp2_approximate(fmaf(pair[0], TO_LOG2, shift[i % 2]));
            float second = exp2_approximate(fmaf(pair[1], TO_LOG2, shift[i % 2]));
            sum[i % 2] += first + second;
            p[i] = pack_bf16(first, second);
        }
#pragma unroll
        for (int chunk = 0; chunk < S::CHUNKS; chunk += 2) {
            uint32_t b[4];
            ldmatrix_x4_trans(b, base + S::VALUES + kh * WIDE * S::ROW
                                     + chunk_offset<HD>(value_row(), chunk + value_half()));
            mma_m16n8k16(o[chunk], p, b[0], b[1]);
            mma_m16n8k16(o[chunk + 1], p, b[2], b[3]);
        }
    }

#pragma unroll
    for (int r = 0; r < 2; r++) {
        float inverse = 1.0f / quad_sum(sum[r]);
        int column = query + 8 * r;
        if (column >= columns) continue;
        int token = (window.y + row) * GRID + window.x + column;
        uint32_t* to = reinterpret_cast<uint32_t*>(out + token * window.channels) + lane % 4;
#pragma unroll
        for (int chunk = 0; chunk < S::CHUNKS; chunk++) {
            to[4 * chunk] = pack_bf16(o[chunk][2 * r] * inverse, o[chunk][2 * r + 1] * inverse);
        }
    }
}

template <int HD>
__device__ __forceinline__ void window_attention(const bf16* qkv, const float* qkv_bias, const bf16* rel_h,
                                                 const bf16* rel_w, bf16* out, int heads) {
    extern __shared__ __align__(128) unsigned char shared[];
    int channels = heads * HD, head = blockIdx.y * HD;
    size_t tokens = static_cast<size_t>(blockIdx.z) * GRID * GRID;
    int x = blockIdx.x % WINDOWS * SIDE, y = blockIdx.x / WINDOWS * SIDE;
    Window window = {qkv + tokens * 3 * channels + head, channels, x, y};
    load_window<HD>(shared, window, qkv_bias + channels + head, qkv_bias + 2 * channels + head, rel_h, rel_w);
    wait_copies<0>();
    __syncthreads();
    int columns = min(SIDE, GRID - x), rows = min(SIDE, GRID - y);
    for (int row = threadIdx.x / 32; row < rows; row += Shared<HD>::WARPS) {
        attend_row<HD>(shared, window, row, columns, out + tokens * channels + head);
    }
}

extern "C" __global__ void __launch_bounds__(128, 3)
window_attention_hd64_bf16(const bf16* qkv, const float* qkv_bias, const bf16* rel_h, const bf16* rel_w, bf16* out,
                           int heads) {
    window_attention<64>(qkv, qkv_bias, rel_h, rel_w, out, heads);
}

// below sm_90 the shared memory holds one block, which may then have all registers
#if __CUDA_ARCH__ >= 900
#define BLOCKS_HD80 2
#else
#define BLOCKS_HD80 1
#endif

extern "C" __global__ void __launch_bounds__(160, BLOCKS_HD80)
window_attention_hd80_bf16(const bf16* qkv, const float* qkv_bias, const bf16* rel_h, const bf16* rel_w, bf16* out,
                           int heads) {
    window_attention<80>(qkv, qkv_bias, rel_h, rel_w, out, heads);
}
