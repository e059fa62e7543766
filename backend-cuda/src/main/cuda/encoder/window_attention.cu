// window_attention_hd{64,80}_{bf16,int8}_sm90: softmax(q·kᵀ / sqrt(hd) + rel_h + rel_w) · v inside each 14x14 window of the 64x64 grid, on
// Hopper's wgmma.
// Architectures: sm_90a
// Source   segment-anything image_encoder.py Block.forward, window_partition, Attention.forward, add_decomposed_rel_pos @dca509f
// In       qkv bf16 [images*4096][3*heads*hd] (q | k | v, each [heads][hd]); qkv_bias fp32 [3*heads*hd]; rel_h, rel_w bf16 [27][hd]
// Out      out bf16 [images*4096][heads*hd], every element written; or int8, round(out * factors[channel]) of out as bf16, for a Linear
//          in int8 whose inputs have constant scales; factors fp32 [heads*hd]. A token's bits depend on nothing but its window and head
// Launch   persistent: a block per multiprocessor takes units (a window of one head of one image) in turn; 384 threads, shared
//          Layout<hd>::SHARED_BYTES
// Java     org.samfast.cuda.kernel.HopperWindowAttention
//
// One warpgroup loads, two compute (consumers). In shared memory a window is 16 columns wide: row 112*half + 8*y + column % 8, half
// being column / 8. So a thread knows the key's row and half from the index of a score, and 8 rows are 8 queries of one row of the
// window. Columns 14 and 15 are zero: as keys they get a bias of -inf, as queries they are not stored. A consumer takes 64 queries
// at a time, with all keys in one pass: 224 scores a query, then its weights, in registers.
//
// The original pads after norm1 with zeros, so a padded token has k = v = the bias of qkv; it counts as a key and is dropped as a
// query. rel_h[q][y] = q·R_h[qy - y + 13] and rel_w likewise, by wgmma with both tables, then picked up askew out of shared memory.
//
// Shared memory  STAGES x { 224 rows of q, k or v } | tables: rel_h, rel_w | 8 x { a warp's products with the tables, later its rows
//                of out } | barriers. Of rows of 80 channels the first 64 lie in 128-byte swizzle, then the last 16 in 32-byte swizzle.
// Barriers       full[stage]  4 warps: the rows are here (loader -> consumers), empty[stage]  8 warps (consumers -> loader)
//                turn[w]      4 warps of the other consumer: all its scores are being multiplied
// Registers      168 per thread at the launch, then 40 for the loader, 232 for consumers
// Rate           H100, batch 8: 0.107 ms (12 heads of 64), 0.165 ms (16 of 80); the floors are 0.067 and 0.112, the bytes (docs/kernels.md)
#include "common/attention.cuh"
#include "common/int8.cuh"
#include "common/vector.cuh"
#include "window.cuh"

// One 16-byte store: of a struct the compiler makes four.
__device__ __forceinline__ void store_global(bf16* to, uint4 v) {
    asm volatile("st.global.v4.b32 [%0], {%1,%2,%3,%4};" ::"l"(to), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w) : "memory");
}

// All threads: both tables, zeros below them, and zeros for columns 14 and 15 of every stage.
template <int HD> __device__ __forceinline__ void load_tables(const Shared<HD>& shared, const Arguments& p) {
    constexpr int CHUNKS = Layout<HD>::CHUNKS;
    for (int i = threadIdx.x; i < PRODUCTS * CHUNKS; i += blockDim.x) {
        int row = i / CHUNKS, chunk = i % CHUNKS;
        const bf16* from = row < TABLE ? p.rel_h + row * HD : p.rel_w + (row - TABLE) * HD;
        uint4 values = row < 2 * TABLE ? *reinterpret_cast<const uint4*>(from + 8 * chunk) : uint4{};
        store_shared(shared.tables().chunk(row, chunk), values);
    }
    constexpr int BESIDE = 2 * SIDE * CHUNKS;
    for (int i = threadIdx.x; i < Layout<HD>::STAGES * BESIDE; i += blockDim.x) {
        int beside = i % BESIDE / CHUNKS;
        int row = (SIDE + beside / 2) * HALF + SIDE - HALF + beside % 2;
        store_shared(shared.part(i / BESIDE).chunk(row, i % CHUNKS), uint4{});
    }
    tma_store_fence();
}

// sums = 64 rows of a, from a_row, times all rows of b.
template <int HD, int WIDTH>
__device__ __forceinline__ void multiply_rows(float (&sums)[WIDTH / 2], const Rows<HD>& a, int a_row, const Rows<HD>& b) {
    uint64_t left = a.wide_descriptor(a_row), right = b.wide_descriptor(0);
    Wgmma<WIDTH>::begin(sums, left, right);
#pragma unroll
    for (int k = 1; k < 4; k++) Wgmma<WIDTH>::multiply(sums, left + 2 * k, right + 2 * k);
    if (HD > 64) Wgmma<WIDTH>::multiply(sums, a.rest_descriptor(a_row), b.rest_descriptor(0));
}

// The sums of 64 queries over the values, 64 channels and the 16 that follow.
template <int HD> struct Sums {
    float wide[32], rest[8];

    // The values of one half; weights[k] are those of its rows 16k..16k+15.
    template <int HALF_OF_KEYS>
    __device__ __forceinline__ void multiply(const uint32_t (&weights)[SIDE / 2][4], const Rows<HD>& values) {
#pragma unroll
        for (int k = 0; k < SIDE / 2; k++) {
            int row = (HALF_OF_KEYS * SIDE + 2 * k) * HALF;
            if (row == 0) {
                Wgmma<64>::begin_columns(wide, weights[k], values.wide_descriptor(row));
                if (HD > 64) Wgmma<16>::begin_columns(rest, weights[k], values.rest_descriptor(row));
            } else {
                Wgmma<64>::multiply_columns(wide, weights[k], values.wide_descriptor(row));
                if (HD > 64) Wgmma<16>::multiply_columns(rest, weights[k], values.rest_descriptor(row));
            }
        }
    }
    // Of 8 channels this thread's two, of the upper (0) or lower (1) of its rows.
    __device__ __forceinline__ float& at(int chunk, int r, int e) {
        return chunk < 8 ? wide[chunk % 8 * 4 + 2 * r + e] : rest[chunk % 2 * 4 + 2 * r + e];
    }
};

// What a thread adds to the scores of one query, in units of log2: rel_h by row of the key, rel_w by its half and which of the
// thread's two columns. HELD: all rel_h in registers, otherwise loaded when needed.
template <bool HELD> struct RelativePosition {
    uint32_t products;   // with rel_h, at the query's own row
    float w[2][2], held[HELD ? SIDE : 1];

    // products: this query's with the tables; x, y: its place in the window.
    __device__ __forceinline__ RelativePosition(uint32_t products, int x, int y) : products(products + 4 * (y + SIDE - 1)) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int column = i / 2 * HALF + 2 * (threadIdx.x % 4) + i % 2;
            float product = load_shared(products + 4 * (TABLE + x - column + SIDE - 1));
            w[i / 2][i % 2] = column < SIDE ? LOG2_E * product : -INFINITY;
        }
#pragma unroll
        for (int row = 0; row < SIDE && HELD; row++) held[row] = load(row);
    }
    __device__ __forceinline__ float load(int row) const { return LOG2_E * load_shared(products - 4 * row); }
    __device__ __forceinline__ float h(int row) const { return HELD ? held[HELD ? row : 0] : load(row); }
};

// The softmax of one of a thread's two queries (r).
template <bool HELD> struct Softmax {
    const RelativePosition<HELD>& relative;
    float largest = -INFINITY;
    float sum = 0;

    // Adds rel_w to the scores.
    __device__ __forceinline__ Softmax(float (&scores)[KEYS / 2], int r, const RelativePosition<HELD>& relative, float to_log2)
        : relative(relative) {
#pragma unroll
        for (int row = 0; row < SIDE; row++) {
            float* left = scores + 4 * row + 2 * r;
            float* right = left + 4 * SIDE;
#pragma unroll
            for (int e = 0; e < 2; e++) {
                left[e] = fmaf(left[e], to_log2, relative.w[0][e]);
                right[e] = fmaf(right[e], to_log2, relative.w[1][e]);
            }
            float of_row = fmaxf(fmaxf(left[0], left[1]), fmaxf(right[0], right[1])) + relative.h(row);
            largest = row == 0 ? of_row : fmaxf(largest, of_row);
        }
        largest = quad_max(largest);
    }

    // The weights of two keys, not yet divided by their sum.
    __device__ __forceinline__ uint32_t weights(float first, float second, int row) {
        float shift = relative.h(row) - largest;
        first = exp2_approximate(first + shift);
        second = exp2_approximate(second + shift);
        sum += first + second;
        return pack_bf16(first, second);
    }
};

template <int HD, bool INT8> struct Consumer {
    using L = Layout<HD>;
    // measured: held in registers it is 4 to 6% faster, but for 80 channels in bf16, where it is 9% slower
    static constexpr bool HELD = HD == 64 || INT8;
    const Shared<HD>& shared;
    const Arguments& p;
    int number, warp = threadIdx.x / 32 % 4, lane = threadIdx.x % 32;
    uint32_t scratch;
    int turns = 0;

    __device__ __forceinline__ Consumer(const Shared<HD>& shared, const Arguments& p, int number)
        : shared(shared), p(p), number(number), scratch(shared.scratch(4 * number + threadIdx.x / 32 % 4)) {}

    // The consumers multiply in turn, so that one multiplies while the other weighs; the first begins without waiting.
    __device__ __forceinline__ void take_turn() { mbarrier_wait(shared.turn(number), (turns++ + number + 1) & 1); }
    __device__ __forceinline__ void give_turn() const {
        if (lane == 0) mbarrier_arrive(shared.turn(1 - number));
    }

    __device__ __forceinline__ void release(int stage) const {
        if (lane == 0) mbarrier_arrive(shared.empty(stage));
    }

    __device__ __forceinline__ void store_products(const float (&products)[PRODUCTS / 2]) const {
        __syncwarp();
        uint32_t to = scratch + (lane / 4 * PRODUCTS + lane % 4 * 2) * 4;
#pragma unroll
        for (int i = 0; i < PRODUCTS / 4; i++) {
            store_shared(to + (i % 2 * 8 * PRODUCTS + i / 2 * 8) * 4, products[2 * i], products[2 * i + 1]);
        }
        __syncwarp();
    }

    // Eight channels, from that one on, to their place in out.
    __device__ __forceinline__ void store_chunk(size_t at, int channel, uint4 values) const {
        if constexpr (INT8) {
            float x[8], factors[8];
            load_8(x, reinterpret_cast<const bf16*>(&values));
            load_8(factors, p.factors + channel);
#pragma unroll
            for (int i = 0; i < 8; i++) x[i] *= factors[i];
            store_int8(p.out_int8 + at, x, 1.0f);
        } else {
            store_global(p.out + at, values);
        }
    }

    // Divides by the sums of the weights and stores 16 queries of this warp, those of the groups from first that earlier tiles
    // have not stored.
    __device__ __forceinline__ void store(Sums<HD>& sums, const Softmax<HELD> (&softmax)[2], const Window& window, int first,
                                          int earlier) const {
        float inverse[2] = {1.0f / quad_sum(softmax[0].sum), 1.0f / quad_sum(softmax[1].sum)};
        __syncwarp();
        uint32_t to = scratch + lane % 16 * L::OUT_PITCH + lane / 16 * 16;
#pragma unroll
        for (int chunk = 0; chunk < L::CHUNKS; chunk += 2) {
            uint32_t packed[4];
#pragma unroll
            for (int i = 0; i < 4; i++) {
                int at = chunk + i / 2, r = i % 2;
                packed[i] = pack_bf16(sums.at(at, r, 0) * inverse[r], sums.at(at, r, 1) * inverse[r]);
            }
            stmatrix_x4(to + chunk * 16, packed[0], packed[1], packed[2], packed[3]);
        }
        __syncwarp();
        int channels = p.heads * HD;
        size_t out = (static_cast<size_t>(window.image * GRID + window.y) * GRID + window.x) * channels + window.head * HD;
#pragma unroll
        for (int i = 0; i < L::CHUNKS / 2; i++) {
            int row = (32 * i + lane) / L::CHUNKS, chunk = (32 * i + lane) % L::CHUNKS;
            int group = first + row / 8, half = group >= SIDE;
            int x = half * HALF + row % 8, y = group - half * SIDE;
            if (x < SIDE && group >= earlier) {
                store_chunk(out + (y * GRID + x) * channels + 8 * chunk, window.head * HD + 8 * chunk,
                            load_shared_16(scratch + row * L::OUT_PITCH + chunk * 16));
            }
        }
    }

    // 64 queries of a window; keys' stage and queries' are given back after the last tile's scores.
    __device__ __forceinline__ void attend(const Window& window, int tile, int q, int k, const Ring<L::STAGES>& v, bool last) {
        constexpr float SCALE = HD == 64 ? 0.125f : 0.11180339887498949f, TO_LOG2 = SCALE * LOG2_E;
        int first = window.first_group(tile);
        float products[PRODUCTS / 2], scores[KEYS / 2];
        take_turn();
        wgmma_fence();
        multiply_rows<HD, PRODUCTS>(products, shared.part(q), first * HALF, shared.tables());
        wgmma_commit_group();
        multiply_rows<HD, KEYS>(scores, shared.part(q), first * HALF, shared.part(k));
        wgmma_commit_group();
        wgmma_wait_group<1>();
        store_products(products);
        first += 2 * warp;
        auto relative_of = [&](int r) {
            int group = first + r, half = group >= SIDE;
            return RelativePosition<HELD>(scratch + (lane / 4 + 8 * r) * PRODUCTS * 4, half * HALF + lane / 4, group - half * SIDE);
        };
        RelativePosition<HELD> relative[2] = {relative_of(0), relative_of(1)};
        give_turn();
        wgmma_wait_group<0>();
        if (last) {
            release(q);
            release(k);
        }
        Softmax<HELD> softmax[2] = {{scores, 0, relative[0], TO_LOG2}, {scores, 1, relative[1], TO_LOG2}};
        auto weigh = [&](uint32_t (&weights)[SIDE / 2][4], int half) {
#pragma unroll
            for (int i = 0; i < 2 * SIDE; i++) {
                int row = i / 2, at = 4 * (half * SIDE + row) + 2 * (i % 2);
                weights[row / 2][i % 4] = softmax[i % 2].weights(scores[at], scores[at + 1], row);
            }
        };
        uint32_t left[SIDE / 2][4], right[SIDE / 2][4];
        Sums<HD> sums;
        weigh(left, 0);
        weigh(right, 1);
        mbarrier_wait(shared.full(v.at), v.parity);
        wgmma_fence();
        sums.template multiply<0>(left, shared.part(v.at));
        sums.template multiply<1>(right, shared.part(v.at));
        wgmma_commit_group();
        wgmma_wait_group<0>();
        if (last) release(v.at);
        store(sums, softmax, window, first, QUERY_GROUPS * tile);
    }
};

template <int HD, bool INT8> __device__ __forceinline__ void consume(const Shared<HD>& shared, const Arguments& p, int number) {
    Consumer<HD, INT8> consumer(shared, p, number);
    Ring<Layout<HD>::STAGES> ring(0);
    for (int unit = blockIdx.x, done = 0; unit < units(p); unit += gridDim.x, done++) {
        Window window(unit, p.heads);
        int q = ring.at;
        mbarrier_wait(shared.full(q), ring.parity);
        ring.next();
        int k = ring.at;
        mbarrier_wait(shared.full(k), ring.parity);
        ring.next();
        // who gets the only tile of a corner changes
        int tile = (number + done) % 2, tiles = window.tiles();
        if (tile >= tiles) {
            consumer.take_turn();
            consumer.give_turn();
            consumer.release(q);
            consumer.release(k);
            mbarrier_wait(shared.full(ring.at), ring.parity);
            consumer.release(ring.at);
        }
        for (; tile < tiles; tile += 2) consumer.attend(window, tile, q, k, ring, tile + 2 >= tiles);
        ring.next();
    }
}

template <int HD, bool INT8> __device__ __forceinline__ void window_attention(const Arguments& p) {
    extern __shared__ unsigned char memory[];
    Shared<HD> shared = {(shared_address(memory) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT};
    // the same in all lanes, and the compiler has to know
    int warp = __shfl_sync(~0u, threadIdx.x / 32, 0);
    if (threadIdx.x == 0) shared.init();
    load_tables<HD>(shared, p);
    __syncthreads();
    wait_for_kernels_before();
    if (warp < 4) {
        setmaxnreg_dec<40>();
        Loader<HD>(shared, p).run();
    } else {
        setmaxnreg_inc<232>();
        consume<HD, INT8>(shared, p, warp / 4 - 1);
    }
}

#define WINDOW_ATTENTION(HD)                                                                                                       \
    extern "C" __global__ void __launch_bounds__(3 * WARPGROUP, 1) window_attention_hd##HD##_bf16_sm90(                            \
        const bf16* qkv, const float* qkv_bias, const bf16* rel_h, const bf16* rel_w, bf16* out, int heads, int images) {          \
        window_attention<HD, false>({qkv, qkv_bias, rel_h, rel_w, out, heads, images});                                            \
    }                                                                                                                              \
    extern "C" __global__ void __launch_bounds__(3 * WARPGROUP, 1) window_attention_hd##HD##_int8_sm90(                            \
        const bf16* qkv, const float* qkv_bias, const bf16* rel_h, const bf16* rel_w, const float* factors, signed char* out,      \
        int heads, int images) {                                                                                                   \
        window_attention<HD, true>({qkv, qkv_bias, rel_h, rel_w, nullptr, heads, images, out, factors});                           \
    }

WINDOW_ATTENTION(64)
WINDOW_ATTENTION(80)
