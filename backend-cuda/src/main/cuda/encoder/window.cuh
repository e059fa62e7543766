// The windows of window_attention.cu: where they lie in the image and in shared memory, and the warpgroup that loads them.
#pragma once
#include "../common/async_copy.cuh"
#include "../common/mbarrier.cuh"
#include "../common/overlap.cuh"
#include "../common/shared_memory.cuh"
#include "../common/tma.cuh"
#include "../common/vector.cuh"
#include "../common/wgmma.cuh"

constexpr int GRID = 64, SIDE = 14, WINDOWS = 25;
constexpr int HALF = 8;                       // columns of half a window
constexpr int GROUPS = 2 * SIDE, KEYS = GROUPS * HALF;
constexpr int QUERIES = 64, QUERY_GROUPS = QUERIES / HALF;
constexpr int TABLE = 2 * SIDE - 1;           // rows of rel_h and of rel_w
constexpr int PRODUCTS = 56;                  // rows of both tables, and two of zeros
constexpr int WARPGROUP = 128, CONSUMER_WARPS = 8;
constexpr int ALIGNMENT = 1024;               // the swizzle counts from multiples of it

struct Arguments {
    const bf16* qkv;
    const float* qkv_bias;
    const bf16* rel_h;
    const bf16* rel_w;
    bf16* out;
    int heads, images;
    // the results in int8 instead, and by what each channel is multiplied before
    signed char* out_int8 = nullptr;
    const float* factors = nullptr;
};

template <int HD> struct Layout {
    static constexpr int CHUNKS = HD / 8;
    static constexpr int PART_BYTES = KEYS * HD * 2;
    static constexpr int STAGES = HD == 64 ? 6 : 5;
    static constexpr int TABLES = STAGES * PART_BYTES;
    static constexpr int SCRATCH = TABLES + PRODUCTS * HD * 2;
    static constexpr int SCRATCH_BYTES = 16 * PRODUCTS * 4;
    static constexpr int BARRIERS = SCRATCH + CONSUMER_WARPS * SCRATCH_BYTES;
    static constexpr int SHARED_BYTES = ALIGNMENT + BARRIERS + (2 * STAGES + 2) * 8;
    // bytes between a warp's rows of out: 16 more than they have, against bank conflicts
    static constexpr int OUT_PITCH = HD * 2 + 16;
    static_assert(16 * OUT_PITCH <= SCRATCH_BYTES, "a warp's rows of out lie where its products were");
    static_assert(STAGES >= 5, "a unit's values are told after the next unit's first two stages are empty");
    static_assert(SHARED_BYTES <= 227 * 1024, "shared memory of a block");
};

// Rows of HD channels in shared memory.
template <int HD> struct Rows {
    uint32_t wide, rest;

    Rows() = default;
    __device__ __forceinline__ Rows(uint32_t address, int rows) : wide(address), rest(address + rows * 128) {}
    __device__ __forceinline__ uint64_t wide_descriptor(int row) const { return wgmma_descriptor(wide + row * 128); }
    __device__ __forceinline__ uint64_t rest_descriptor(int row) const { return wgmma_descriptor_32(rest + row * 32); }
    __device__ __forceinline__ uint32_t chunk(int row, int chunk) const {
        return chunk < 8 ? wide + row * 128 + ((chunk ^ (row & 7)) << 4) : rest + row * 32 + (((chunk & 1) ^ (row >> 2 & 1)) << 4);
    }
};

template <int HD> struct Shared {
    using L = Layout<HD>;
    uint32_t base;

    __device__ __forceinline__ Rows<HD> part(int stage) const { return Rows<HD>(base + stage * L::PART_BYTES, KEYS); }
    __device__ __forceinline__ Rows<HD> tables() const { return Rows<HD>(base + L::TABLES, PRODUCTS); }
    __device__ __forceinline__ uint32_t scratch(int warp) const { return base + L::SCRATCH + warp * L::SCRATCH_BYTES; }
    __device__ __forceinline__ uint32_t full(int stage) const { return base + L::BARRIERS + 8 * stage; }
    __device__ __forceinline__ uint32_t empty(int stage) const { return full(L::STAGES + stage); }
    __device__ __forceinline__ uint32_t turn(int consumer) const { return full(2 * L::STAGES + consumer); }

    __device__ __forceinline__ void init() const {
        for (int i = 0; i < L::STAGES; i++) {
            mbarrier_init(full(i), 4);
            mbarrier_init(empty(i), CONSUMER_WARPS);
        }
        mbarrier_init(turn(0), 4);
        mbarrier_init(turn(1), 4);
        mbarrier_init_fence();
    }
};

// A unit: of one image the whole windows first, then those at the right edge, those at the bottom, and the corner, so that the
// multiprocessors end together.
struct Window {
    int image, head, x, y;

    __device__ __forceinline__ Window(int unit, int heads) : image(unit / (WINDOWS * heads)), head(unit % heads) {
        int window = unit / heads % WINDOWS;
        x = SIDE * (window < 16 ? window % 4 : window >= 20 && window < 24 ? window - 20 : 4);
        y = SIDE * (window < 16 ? window / 4 : window < 20 ? window - 16 : 4);
    }
    __device__ __forceinline__ bool right() const { return x + SIDE > GRID; }
    __device__ __forceinline__ bool bottom() const { return y + SIDE > GRID; }
    __device__ __forceinline__ bool has(int column, int row) const { return x + column < GRID && y + row < GRID; }
    // Tiles of 64 queries; a window at an edge has 8 columns, or rows.
    __device__ __forceinline__ int tiles() const { return (right() ? 1 : 2) * (bottom() ? 1 : 2); }
    // The last tile begins early and repeats queries, unless the window is at the bottom: there a tile has one half.
    __device__ __forceinline__ int first_group(int tile) const {
        return bottom() ? SIDE * tile : min(QUERY_GROUPS * tile, (right() ? SIDE : GROUPS) - QUERY_GROUPS);
    }
};

__device__ __forceinline__ int units(const Arguments& p) { return p.images * WINDOWS * p.heads; }

// The warpgroup that loads: q and k of a unit, then v, as stages become empty. A thread brings one chunk of every token that is
// its turn. What it has asked for is here, and told, when it has asked for the next.
template <int HD> struct Loader {
    using L = Layout<HD>;
    static constexpr int TOKENS = WARPGROUP / L::CHUNKS;   // at a time
    const Shared<HD>& shared;
    const Arguments& p;
    int chunk = threadIdx.x % L::CHUNKS, first = threadIdx.x / L::CHUNKS;
    Ring<L::STAGES> next, told;

    __device__ __forceinline__ Loader(const Shared<HD>& shared, const Arguments& p) : shared(shared), p(p), next(L::STAGES), told(0) {}

    __device__ __forceinline__ void tell(int stages) {
        tma_store_fence();
        __syncwarp();
        for (int i = 0; i < stages; i++, told.next()) {
            if (threadIdx.x % 32 == 0) mbarrier_arrive(shared.full(told.at));
        }
    }

    // copy(row in shared memory, x, y, where it lies in qkv) for this thread's tokens of a window, from `from` on, that of (0, 0).
    template <class COPY> __device__ __forceinline__ void for_tokens(const bf16* from, COPY copy) const {
        if (first >= TOKENS) return;
        int pitch = 3 * p.heads * HD, x = first % SIDE, y = first / SIDE;
        int step = (TOKENS / SIDE * GRID + TOKENS % SIDE) * pitch, wrapping = step + (GRID - SIDE) * pitch;
        from += (y * GRID + x) * pitch;
        while (y < SIDE) {
            copy((x / HALF * SIDE + y) * HALF + x % HALF, x, y, from);
            bool wraps = x >= SIDE - TOKENS % SIDE;
            x += TOKENS % SIDE - (wraps ? SIDE : 0);
            y += TOKENS / SIDE + wraps;
            from += wraps ? wrapping : step;
        }
    }

    // Of a window with tokens past the image, which have the bias.
    template <int PARTS>
    __device__ __forceinline__ void load_padded(const Window& window, const Rows<HD> (&to)[PARTS], const bf16* from, int channel) {
        int channels = p.heads * HD;
        uint4 padding[PARTS];
#pragma unroll
        for (int i = 0; i < PARTS; i++) padding[i] = rounded_8(p.qkv_bias + channel + i * channels);
        for_tokens(from, [&](int row, int x, int y, const bf16* token) {
#pragma unroll
            for (int i = 0; i < PARTS; i++) {
                if (window.has(x, y)) {
                    copy_async_16(to[i].chunk(row, chunk), token + i * channels);
                } else {
                    store_shared(to[i].chunk(row, chunk), padding[i]);
                }
            }
        });
    }

    // One part, or two that follow each other in qkv.
    template <int PARTS> __device__ __forceinline__ void load(const Window& window, int part) {
        Rows<HD> to[PARTS] = {};
#pragma unroll
        for (int i = 0; i < PARTS; i++, next.next()) {
            mbarrier_wait(shared.empty(next.at), next.parity);
            to[i] = shared.part(next.at);
        }
        int channels = p.heads * HD, channel = part * channels + window.head * HD + 8 * chunk;
        const bf16* from = p.qkv + (static_cast<size_t>(window.image * GRID + window.y) * GRID + window.x) * 3 * channels + channel;
        if (window.right() || window.bottom()) {
            load_padded(window, to, from, channel);
        } else {
            for_tokens(from, [&](int row, int, int, const bf16* token) {
#pragma unroll
                for (int i = 0; i < PARTS; i++) copy_async_16(to[i].chunk(row, chunk), token + i * channels);
            });
        }
        commit_copies();
    }

    __device__ __forceinline__ void run() {
        bool some = false;
        for (int unit = blockIdx.x; unit < units(p); unit += gridDim.x) {
            Window window(unit, p.heads);
            load<2>(window, 0);
            if (some) {
                wait_copies<1>();
                tell(1);
            }
            load<1>(window, 2);
            wait_copies<1>();
            tell(2);
            some = true;
        }
        wait_copies<0>();
        tell(1);
    }
};
