// global_attention_hd{64,80}_{bf16,int8}_sm90: softmax(q·kᵀ / sqrt(hd) + rel_h + rel_w) · v over all 4096 tokens of an image, on Hopper's
// wgmma and copy engine.
// Architectures: sm_90a
// Source   segment-anything image_encoder.py Attention.forward, add_decomposed_rel_pos (window_size 0) @dca509f
// In       qkv bf16 [images*4096][3*heads*hd] (q | k | v, each [heads][hd]); rel_h, rel_w bf16 [127][hd]; each twice: in boxes of 64
//          rows of 64 columns (wide), and of 16 (narrow: the last 16 of hd 80). A unit is three rows of queries of one head of
//          one image: units = 22*heads*images
// Out      out bf16 [images*4096][heads*hd], every element written; or int8, round(out * factors[channel]) of out as bf16, for a Linear
//          in int8 whose inputs have constant scales; factors fp32 [heads*hd]. A token's bits depend on nothing but its image and head
// Launch   persistent: a block per multiprocessor takes units in turn; 512 threads, shared Tiling::SHARED_BYTES
// Java     org.samfast.cuda.kernel.HopperGlobalAttention
//
// One warpgroup moves data, three compute (consumers), a row of 64 queries each. Step by step they multiply queries with one row of
// 64 keys while the weights of the row before are multiplied with its values, and then take the exponentials.
//
// What is added to the products costs one operation a score: rel_w[q][kw] stays in registers through all steps, in units of log2.
// rel_h[q][kh] is one value per query and step, and so is what the scores have to be lowered by before the exponential: both are
// added by wgmma, as four more columns of the queries (two bf16 each, high and low part) against ones in the keys.
// No maximum is taken: fp32 and bf16 reach 2^127, so the largest score of the first step, plus HEADROOM, serves all steps until a
// weight passes 2; then that step is done again with what is its largest score (raise). The sums of the weights are one more
// column of the values, of ones, so they are the sums of the weights as rounded to bf16.
//
// rel_h[q][kh] = q·R_h[qh - kh + 63] and rel_w[q][kw] = q·R_w[qw - kw + 63] are made by wgmma from 64 rows of R_h and all of R_w;
// of the latter each thread picks its values askew out of shared memory.
//
// Shared memory  3 x { q } | 3 x { 64 rows of rel_h } | 2 x { 64 rows of rel_w } | STAGES x { keys | values of the step before } |
//                hd 64: ones | starts | 3 x { per query: rel_h of 64 steps, what lowers the scores, 0 } | barriers. Of 80 columns
//                the first 64 lie in 128-byte swizzle, then the last 16 in 32-byte swizzle; of values all in 16s, then 16 of ones
// Barriers       full[stage] 1 arrival + bytes, empty[stage] every consumer's warp, query_full[w], query_empty[w] likewise,
//                tables 1 arrival + bytes: rel_w is here
// Registers      128 per thread at the launch, then 32 for the loader, 160 for consumers
#include "common/int8.cuh"
#include "common/wgmma.cuh"
#include "global_attention_loads.cuh"

// As wgmma_descriptor and wgmma_descriptor_32, of an address in units of 16 bytes: what follows from it is one addition.
__device__ __forceinline__ uint64_t wide_descriptor(uint32_t at, uint32_t leading = 1) {
    return static_cast<uint64_t>(1 << 30 | 1024 >> 4) << 32 | (at + (leading << 16));
}
__device__ __forceinline__ uint64_t narrow_descriptor(uint32_t at, uint32_t leading = 1) {
    return static_cast<uint64_t>(3u << 30 | 256 >> 4) << 32 | (at + (leading << 16));
}

// product (+)= 64 queries · (64 rows)ᵀ
template <class T, bool BEGIN> __device__ __forceinline__ void multiply_panel(float (&product)[32], uint32_t query, uint32_t panel) {
    uint32_t a = query >> 4, b = panel >> 4;
#pragma unroll
    for (int k = 0; k < 4; k++) {
        if (BEGIN && k == 0) {
            Wgmma<64>::begin(product, wide_descriptor(a), wide_descriptor(b));
        } else {
            Wgmma<64>::multiply(product, wide_descriptor(a + 2 * k), wide_descriptor(b + 2 * k));
        }
    }
    constexpr int REST = GRID * 128 >> 4;
    if (T::HD == 80) Wgmma<64>::multiply(product, narrow_descriptor(a + REST), narrow_descriptor(b + REST));
}

// A value as two bf16, high and low part.
__device__ __forceinline__ uint32_t split(float x) {
    float high = __bfloat162float(__float2bfloat16_rn(x));
    return pack_bf16(high, x - high);
}
__device__ __forceinline__ float joined(uint32_t halves) {
    return __uint_as_float(halves << 16) + __uint_as_float(halves & 0xffff0000u);
}

// What a thread keeps of its two queries. s and o as wgmma has them; w[r][2j], [2j+1] belong to the keys 8j + 2(t%4), +1.
template <class T> struct Rows {
    float w[2][GRID / 4];
    float s[GRID / 2];
    float o[T::COLUMNS / 2];
};

// One step's weights, as wgmma takes them from registers.
using Weights = uint32_t[GRID / 4];

template <class T> __device__ __forceinline__ float score(const Rows<T>& rows, int r, int i) {
    return fmaf(rows.s[i / 2 * 4 + 2 * r + i % 2], T::TO_LOG2, rows.w[r][i]);
}

// The exponentials; whether one is 2 or more.
template <class T> __device__ __forceinline__ bool weigh(const Rows<T>& rows, Weights& weights, const float (&more)[2]) {
    uint32_t bits = 0;
#pragma unroll
    for (int i = 0; i < GRID / 4; i++) {
        int r = i % 2, key = i / 2 * 2;
        weights[i] = pack_bf16(exp2_approximate(score<T>(rows, r, key) + more[r]), exp2_approximate(score<T>(rows, r, key + 1) + more[r]));
        bits |= weights[i];
    }
    // the highest bit of either exponent
    return (bits & 0x40004000u) != 0;
}

// The weights of one step again, or of the first: the scores are lowered so that its largest is at -HEADROOM. What was summed
// before is to be multiplied by factor. lowered is the place of the first query, where what lowers its scores is kept.
template <class T>
__device__ __forceinline__ void raise(Rows<T>& rows, Weights& weights, float (&factor)[2], uint32_t* lowered, bool first) {
    float more[2];
#pragma unroll
    for (int r = 0; r < 2; r++) {
        float largest = first ? -INFINITY : -HEADROOM;
#pragma unroll
        for (int i = 0; i < GRID / 4; i++) largest = fmaxf(largest, score<T>(rows, r, i));
        largest = quad_max(largest) + HEADROOM;
        float before = first ? 0.0f : joined(lowered[r * NEXT_ROW]);
        uint32_t halves = split(before - largest * (1.0f / T::TO_LOG2));
        more[r] = (joined(halves) - before) * T::TO_LOG2;
        factor[r] = exp2_approximate(more[r]);
        __syncwarp();
        lowered[r * NEXT_ROW] = halves;
    }
    __syncwarp();
    weigh<T>(rows, weights, more);
}

template <class T> __device__ __forceinline__ void rescale(Rows<T>& rows, const float (&factor)[2]) {
#pragma unroll
    for (int i = 0; i < T::COLUMNS / 2; i++) rows.o[i] *= factor[i / 2 % 2];
}

template <class T, bool INT8> struct Consumer {
    const Shared<T>& shared;
    int index;
    uint32_t query;
    Ring<T::STAGES> stage;
    uint32_t starts[4];     // of the queries the columns that meet ones in the keys
    const uint32_t* from;   // of the next step
    Rows<T> rows;

    __device__ __forceinline__ Consumer(const Shared<T>& shared, int index)
        : shared(shared), index(index), query(shared.query(index)), stage(0) {
        starts[2] = starts[3] = 0;
    }

    __device__ __forceinline__ static void release(uint32_t barrier) {
        if (threadIdx.x % 32 == 0) mbarrier_arrive(barrier);
    }
    __device__ __forceinline__ static int row() { return threadIdx.x % WARPGROUP / 32 * 16 + threadIdx.x % 32 / 4; }

    // rel_h of the thread's first query, and what follows it.
    __device__ __forceinline__ uint32_t* relative() const {
        int computed_anew = index;   // else it takes a register through all steps
        asm volatile("" : "+r"(computed_anew));
        return reinterpret_cast<uint32_t*>(pointer(shared.relative(computed_anew))) + row() * PITCH;
    }

    // Of the four lanes that share a query the first has rel_h of the step, the second what lowers the scores, the others 0.
    __device__ __forceinline__ void load_starts() {
        starts[0] = from[0];
        starts[1] = from[NEXT_ROW];
    }

    // rel_w in units of log2, picked askew: of query q the key kw is column q - kw + 63 of the products with R_w.
    __device__ __forceinline__ void relative_columns(const float (&product)[32], int half) {
        float* words = reinterpret_cast<float*>(relative());
        int pair = threadIdx.x % 4 * 2;
        __syncwarp();
#pragma unroll
        for (int i = 0; i < 16; i++) {
            *reinterpret_cast<float2*>(words + i % 2 * NEXT_ROW + i / 2 * 8 + pair) = make_float2(product[2 * i], product[2 * i + 1]);
        }
        __syncwarp();
#pragma unroll
        for (int i = 0; i < 32; i++) {
            int r = i / 16, key = i % 16 / 2 * 8 + pair + i % 2;
            int at = row() + 8 * r - key + GRID - 1 - GRID * half;
            if (half == 0) {
                rows.w[r][i % 16] = words[r * NEXT_ROW + (at & (GRID - 1))] * LOG2_E;
            } else if (at >= 0) {
                rows.w[r][i % 16] = words[r * NEXT_ROW + at] * LOG2_E;
            }
        }
    }

    // rel_h in units of the scores, one for each step: of key row kh it is column 63 - kh.
    __device__ __forceinline__ void relative_rows(const float (&product)[32]) {
        uint32_t* words = relative();
        int pair = threadIdx.x % 4 * 2;
        __syncwarp();
#pragma unroll
        for (int i = 0; i < 16; i++) {
            uint2 two = make_uint2(split(product[2 * i + 1] * (1.0f / T::SCALE)), split(product[2 * i] * (1.0f / T::SCALE)));
            *reinterpret_cast<uint2*>(words + i % 2 * NEXT_ROW + GRID - 2 - i / 2 * 8 - pair) = two;
        }
        if (pair == 0) words[GRID + 1] = words[NEXT_ROW + GRID + 1] = 0;
        __syncwarp();
    }

    // The relative positions, and the first step's weights.
    __device__ __forceinline__ void first(Weights& weights) {
        float product[2][32];
        wgmma_fence();
        multiply_panel<T, true>(product[0], query, shared.rel_w(0));
        multiply_panel<T, true>(product[1], query, shared.rel_w(1));
        wgmma_commit_group();
        wgmma_wait_group<0>();
        relative_columns(product[0], 0);
        relative_columns(product[1], 1);
        mbarrier_wait(shared.full(stage.at), stage.parity);
        wgmma_fence();
        multiply_panel<T, true>(product[0], query, shared.rel_h(index));
        multiply_panel<T, true>(rows.s, query, shared.keys(stage.at));
        wgmma_commit_group();
        wgmma_wait_group<0>();
        release(shared.empty(stage.at));
        stage.next();
        relative_rows(product[0]);
        uint32_t* words = relative();
#pragma unroll
        for (int i = 0; i < GRID / 2; i++) rows.s[i] += joined(words[i / 2 % 2 * NEXT_ROW]);
#pragma unroll
        for (int i = 0; i < T::COLUMNS / 2; i++) rows.o[i] = 0;
        float factor[2];
        raise<T>(rows, weights, factor, words + GRID, true);
        from = words + (threadIdx.x % 4 == 0 ? 1 : threadIdx.x % 4 == 1 ? GRID : GRID + 1);
        load_starts();
    }

    __device__ __forceinline__ void multiply_values(const Weights& weights) {
        uint32_t at = shared.values(stage.at) >> 4;
#pragma unroll
        for (int k = 0; k < GRID / 16; k++) {
            if constexpr (T::HD == 64) {
                // the second 64 columns begin with 8 of ones, the same for every 16 keys
                uint32_t keys = at + 128 * k;
                Wgmma<T::COLUMNS>::multiply_columns(rows.o, weights + 4 * k, wide_descriptor(keys, (shared.ones() >> 4) - keys));
            } else {
                Wgmma<T::COLUMNS>::multiply_columns(rows.o, weights + 4 * k, narrow_descriptor(at + 32 * k, NARROW >> 4));
            }
        }
    }

    // One row of keys, while the weights of the row before are multiplied with its values.
    __device__ __forceinline__ void step(const Weights& before, Weights& weights) {
        mbarrier_wait(shared.full(stage.at), stage.parity);
        wgmma_fence();
        Wgmma<64>::begin_rows(rows.s, starts, narrow_descriptor(shared.starts() >> 4));
        multiply_panel<T, false>(rows.s, query, shared.keys(stage.at));
        wgmma_commit_group();
        multiply_values(before);
        wgmma_commit_group();
        uint32_t empty = shared.empty(stage.at);
        stage.next();
        wgmma_wait_group<1>();
        if (threadIdx.x % 4 == 0) from++;
        load_starts();
        float factor[2];
        // x + -0 is x, and the compiler knows
        bool outgrown = __any_sync(~0u, weigh<T>(rows, weights, {-0.0f, -0.0f}));
        // a branch before the wait: else the compiler waits for the values first, and then takes the exponentials
        if (outgrown) raise<T>(rows, weights, factor, relative() + GRID, false);
        wgmma_wait_group<0>();
        release(empty);
        if (outgrown) {
            rescale<T>(rows, factor);
            load_starts();
        }
    }

    __device__ __forceinline__ void last(const Weights& weights) {
        mbarrier_wait(shared.full(stage.at), stage.parity);
        wgmma_fence();
        multiply_values(weights);
        wgmma_commit_group();
        wgmma_wait_group<0>();
        release(shared.empty(stage.at));
        stage.next();
    }

    __device__ __forceinline__ void store(const Arguments& p, const Unit& unit) const {
#pragma unroll
        for (int r = 0; r < 2; r++) {
            float inverse = 1.0f / rows.o[T::HD / 2 + 2 * r];
            size_t token = static_cast<size_t>(unit.image) * TOKENS + (unit.row + index) * GRID + row() + 8 * r;
            int first = 2 * (threadIdx.x % 4);
            size_t at = (token * p.heads + unit.head) * T::HD + first;
#pragma unroll
            for (int c = 0; c < T::HD / 8; c++) {
                uint32_t pair = pack_bf16(rows.o[4 * c + 2 * r] * inverse, rows.o[4 * c + 2 * r + 1] * inverse);
                if constexpr (INT8) {
                    float2 factors = __ldg(reinterpret_cast<const float2*>(p.factors + unit.head * T::HD + 8 * c + first));
                    uint32_t low = round_int8(__uint_as_float(pair << 16) * factors.x, 1.0f);
                    uint32_t high = round_int8(__uint_as_float(pair & 0xffff0000u) * factors.y, 1.0f);
                    *reinterpret_cast<uint16_t*>(p.out_int8 + at + 8 * c) = static_cast<uint16_t>(__byte_perm(low, high, 0x0040));
                } else {
                    *reinterpret_cast<uint32_t*>(p.out + at + 8 * c) = pair;
                }
            }
        }
    }
};

template <class T, bool INT8> __device__ __forceinline__ void consume(const Shared<T>& shared, const Arguments& p, int index) {
    Consumer<T, INT8> consumer(shared, index);
    Weights weights[2];
    mbarrier_wait(shared.tables(), 0);
    for (int done = 0; blockIdx.x + done * gridDim.x < p.units; done++) {
        mbarrier_wait(shared.query_full(index), done & 1);
        consumer.first(weights[0]);
#pragma unroll 1
        for (int step = 1; step < GRID - 1; step += 2) {
            consumer.step(weights[0], weights[1]);
            consumer.step(weights[1], weights[0]);
        }
        consumer.step(weights[0], weights[1]);
        consumer.release(shared.query_empty(index));
        consumer.last(weights[1]);
        Unit unit(blockIdx.x + done * gridDim.x, p.heads);
        if (unit.row + index < GRID) consumer.store(p, unit);
    }
}

template <class T, bool INT8> __device__ __forceinline__ void global_attention(const Arguments& p) {
    extern __shared__ unsigned char memory[];
    Shared<T> shared = {(shared_address(memory) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT};
    // the same in all lanes, and the compiler has to know
    int warp = __shfl_sync(~0u, threadIdx.x / 32, 0);
    if (threadIdx.x == 0) shared.init();
    write_ones(shared);
    __syncthreads();
    wait_for_kernels_before();
    if (warp < 4) {
        setmaxnreg_dec<32>();
        if (threadIdx.x % 32 == 0) {
            if (warp == 0) load_steps(shared, p);
            if (warp == 1) load_queries(shared, p);
        }
    } else {
        setmaxnreg_inc<160>();
        consume<T, INT8>(shared, p, warp / 4 - 1);
    }
}

#define GLOBAL_ATTENTION(HD, STAGES)                                                                                              \
    extern "C" __global__ void __launch_bounds__(THREADS, 1) global_attention_hd##HD##_bf16_sm90(                                 \
        const __grid_constant__ TensorMap qkv_wide, const __grid_constant__ TensorMap qkv_narrow,                                 \
        const __grid_constant__ TensorMap rel_h_wide, const __grid_constant__ TensorMap rel_h_narrow,                             \
        const __grid_constant__ TensorMap rel_w_wide, const __grid_constant__ TensorMap rel_w_narrow, bf16* out, int heads,       \
        int units) {                                                                                                              \
        global_attention<Tiling<HD, STAGES>, false>(                                                                              \
            {qkv_wide, qkv_narrow, rel_h_wide, rel_h_narrow, rel_w_wide, rel_w_narrow, out, heads, units});                       \
    }                                                                                                                             \
    extern "C" __global__ void __launch_bounds__(THREADS, 1) global_attention_hd##HD##_int8_sm90(                                 \
        const __grid_constant__ TensorMap qkv_wide, const __grid_constant__ TensorMap qkv_narrow,                                 \
        const __grid_constant__ TensorMap rel_h_wide, const __grid_constant__ TensorMap rel_h_narrow,                             \
        const __grid_constant__ TensorMap rel_w_wide, const __grid_constant__ TensorMap rel_w_narrow, const float* factors,       \
        signed char* out, int heads, int units) {                                                                                 \
        global_attention<Tiling<HD, STAGES>, true>({qkv_wide, qkv_narrow, rel_h_wide, rel_h_narrow, rel_w_wide, rel_w_narrow,      \
                                                    nullptr, heads, units, out, factors});                                        \
    }

GLOBAL_ATTENTION(64, 6)
GLOBAL_ATTENTION(80, 4)
