// trace_candidates: which masks are stable and lie well, their edges, and where along the columns they begin and end.
// Source   segment-anything automatic_mask_generator.py _process_batch; utils/amg.py calculate_stability_score,
//          batched_mask_to_box, is_box_near_crop_edge, mask_to_rle_pytorch @dca509f
// In       bits and passed of upscale_bits, planes and count of select_candidates; iou [pairs][4]
// Out      records [masks], the first count[0] written: plane, rating, stability, runs (UNSTABLE, CUT, or how many), edges in the
//          frame of the crop, where in changes; changes [capacity] int: column * height + row of each pixel unlike the one
//          before it, a mask's in order and together, masks in any order; cursor [1] u64 grows by what they need, beyond
//          the capacity too, where nothing is written
// Launch   grid (masks), block 512: one per mask, shared below 128 B (static); the crop of width x height lies at (x0, y0) of the image
//          Java  org.samfast.cuda.kernel.TraceCandidates
constexpr int THREADS = 512;
constexpr int WARPS = THREADS / 32;
constexpr unsigned ALL = 0xffffffffu;
constexpr int UNSTABLE = -1;
constexpr int CUT = 0;
constexpr int NEAR = 20;

struct Record {
    int plane;
    float iou;
    float stability;
    int runs;
    int left, top, right, bottom;
    long long at;
};

// The bits of a mask, a column at a time.
struct Bits {
    const unsigned* bits;
    int width, height, words;

    __device__ __forceinline__ unsigned word(int x, int w) const { return bits[static_cast<size_t>(w) * width + x]; }

    __device__ __forceinline__ unsigned valid(int w) const { return w < words - 1 || height % 32 == 0 ? ALL : (1u << height % 32) - 1; }

    // The pixel above the first of the column: the last of the column before.
    __device__ __forceinline__ unsigned before(int x) const { return x == 0 ? 0 : word(x - 1, words - 1) >> ((height - 1) % 32) & 1; }

    // take(w, word, changes) for each word of the column.
    template <class F> __device__ __forceinline__ void column(int x, F take) const {
        unsigned last = before(x);
#pragma unroll 8
        for (int w = 0; w < words; w++) {
            unsigned now = word(x, w);
            take(w, now, (now ^ (now << 1 | last)) & valid(w));
            last = now >> 31;
        }
    }
};

__device__ __forceinline__ bool cut(int mask, int crop, int image) { return abs(mask - crop) <= NEAR && abs(mask - image) > NEAR; }

// Sum over the block's threads before this one; total over all.
__device__ __forceinline__ int sum_before(int value, int* of_warp, int& total) {
    int lane = threadIdx.x % 32;
    int warp = threadIdx.x / 32;
    int sum = value;
#pragma unroll
    for (int step = 1; step < 32; step *= 2) {
        int other = __shfl_up_sync(ALL, sum, step);
        if (lane >= step) sum += other;
    }
    if (lane == 31) of_warp[warp] = sum;
    __syncthreads();
    int before = sum - value;
    total = 0;
#pragma unroll
    for (int i = 0; i < WARPS; i++) {
        if (i < warp) before += of_warp[i];
        total += of_warp[i];
    }
    __syncthreads();
    return before;
}

struct Edges {
    int left, top, right, bottom, changes;
};

// Of all columns, in every thread; left > right where the mask is empty.
__device__ __forceinline__ Edges edges_of(const Bits& mask) {
    __shared__ Edges found;
    if (threadIdx.x == 0) found = {mask.width, mask.height, -1, -1, 0};
    __syncthreads();
    Edges own = {mask.width, mask.height, -1, -1, 0};
    for (int x = threadIdx.x; x < mask.width; x += THREADS) {
        mask.column(x, [&](int w, unsigned word, unsigned changes) {
            own.changes += __popc(changes);
            if (word != 0) {
                own.left = min(own.left, x);
                own.right = x;
                own.top = min(own.top, w * 32 + __ffs(word) - 1);
                own.bottom = max(own.bottom, w * 32 + 31 - __clz(word));
            }
        });
    }
    own = {__reduce_min_sync(ALL, own.left), __reduce_min_sync(ALL, own.top), __reduce_max_sync(ALL, own.right),
           __reduce_max_sync(ALL, own.bottom), __reduce_add_sync(ALL, own.changes)};
    if (threadIdx.x % 32 == 0) {
        atomicMin(&found.left, own.left);
        atomicMin(&found.top, own.top);
        atomicMax(&found.right, own.right);
        atomicMax(&found.bottom, own.bottom);
        atomicAdd(&found.changes, own.changes);
    }
    __syncthreads();
    return found;
}

__device__ __forceinline__ void write_changes(const Bits& mask, int* changes) {
    __shared__ int of_warp[WARPS];
    for (int first = 0; first < mask.width; first += THREADS) {
        int x = first + threadIdx.x;
        int own = 0;
        if (x < mask.width) mask.column(x, [&](int, unsigned, unsigned bits) { own += __popc(bits); });
        int total;
        int* to = changes + sum_before(own, of_warp, total);
        if (own > 0) {
            mask.column(x, [&](int w, unsigned, unsigned bits) {
                for (; bits != 0; bits &= bits - 1) *to++ = x * mask.height + w * 32 + __ffs(bits) - 1;
            });
        }
        changes += total;
    }
}

extern "C" __global__ void __launch_bounds__(THREADS)
trace_candidates(const unsigned* bits, const int* planes, const int* count, const uint2* passed, const float* iou, Record* records,
                 unsigned long long* cursor, int* changes, long long capacity, int width, int height, int x0, int y0,
                 int image_width, int image_height, float min_stability) {
    __shared__ long long at;
    int index = blockIdx.x;
    if (index >= count[0]) return;
    int words = (height + 31) / 32;
    Bits mask{bits + static_cast<size_t>(index) * words * width, width, height, words};
    uint2 counts = passed[index];
    float stability = __fdiv_rn(static_cast<float>(counts.x), static_cast<float>(counts.y));
    bool stable = !(min_stability > 0.0f) || stability >= min_stability;
    Edges edges{};
    bool kept = false;
    if (stable) {
        edges = edges_of(mask);
        if (edges.right < 0) edges = {0, 0, 0, 0, 0};
        kept = !(cut(edges.left + x0, x0, 0) || cut(edges.top + y0, y0, 0) || cut(edges.right + x0, x0 + width, image_width) ||
                 cut(edges.bottom + y0, y0 + height, image_height));
    }
    if (threadIdx.x == 0) {
        at = kept ? static_cast<long long>(atomicAdd(cursor, static_cast<unsigned long long>(edges.changes))) : 0;
        int runs = kept ? edges.changes + 1 : stable ? CUT : UNSTABLE;
        records[index] = {planes[index], iou[planes[index]], stability, runs, edges.left, edges.top, edges.right, edges.bottom, at};
    }
    __syncthreads();
    if (kept && at + edges.changes <= capacity) write_changes(mask, changes + at);
}
