// trace_candidates: which masks are stable and lie well, their edges, and where along the columns they begin and end.
// Source   segment-anything automatic_mask_generator.py _process_batch; utils/amg.py calculate_stability_score,
//          batched_mask_to_box, is_box_near_crop_edge, mask_to_rle_pytorch @dca509f
// In       bits and passed of upscale_bits, planes and count of select_candidates; iou [pairs][4]
// Out      measure_columns: parts [masks][ceil(width / 128)] of 128 columns each, of stable masks: edges and changes
//          judge_candidates: records [masks], the first count[0] written: plane, rating, stability, runs (UNSTABLE, CUT, or how
//          many), edges in the frame of the crop, where in changes; cursor [1] u64 grows by what they need, beyond the capacity too
//          write_changes: changes [capacity] int: column * height + row of each pixel unlike the one before it, a mask's in order and
//          together, masks in any order; those that do not all fit are not written
// Launch   measure_columns and write_changes: grid (ceil(width / 128), masks), block 128, shared below 128 B (static);
//          judge_candidates: grid (ceil(masks / 128)), block 128; the crop of width x height lies at (x0, y0) of the image
//          Java  org.samfast.cuda.kernel.TraceCandidates
constexpr int THREADS = 128;
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

    __device__ __forceinline__ Bits(const unsigned* masks, int index, int width, int height)
        : width(width), height(height), words((height + 31) / 32) {
        bits = masks + static_cast<size_t>(index) * words * width;
    }

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

__device__ __forceinline__ float stability(uint2 passed) {
    return __fdiv_rn(static_cast<float>(passed.x), static_cast<float>(passed.y));
}

__device__ __forceinline__ bool cut(int mask, int crop, int image) { return abs(mask - crop) <= NEAR && abs(mask - image) > NEAR; }

// Sum over the block's threads before this one.
__device__ __forceinline__ int sum_before(int value, int* of_warp) {
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
    for (int i = 0; i < warp; i++) before += of_warp[i];
    return before;
}

// Of some columns; left > right where they are empty.
struct Part {
    int left, top, right, bottom, changes;
};

__device__ __forceinline__ bool stable(uint2 passed, float min_stability) {
    return !(min_stability > 0.0f) || stability(passed) >= min_stability;
}

extern "C" __global__ void __launch_bounds__(THREADS)
measure_columns(const unsigned* bits, const int* count, const uint2* passed, Part* parts, int width, int height, float min_stability) {
    __shared__ Part found;
    int index = blockIdx.y;
    if (index >= count[0] || !stable(passed[index], min_stability)) return;
    if (threadIdx.x == 0) found = {width, height, -1, -1, 0};
    __syncthreads();
    Bits mask(bits, index, width, height);
    Part own{width, height, -1, -1, 0};
    int x = blockIdx.x * THREADS + threadIdx.x;
    if (x < width) {
        mask.column(x, [&](int w, unsigned word, unsigned changes) {
            own.changes += __popc(changes);
            if (word != 0) {
                own.left = own.right = x;
                own.top = min(own.top, w * 32 + __ffs(word) - 1);
                own.bottom = w * 32 + 31 - __clz(word);
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
    if (threadIdx.x == 0) parts[index * gridDim.x + blockIdx.x] = found;
}

extern "C" __global__ void __launch_bounds__(THREADS)
judge_candidates(const int* planes, const int* count, const uint2* passed, const float* iou, const Part* parts, Record* records,
                 unsigned long long* cursor, int width, int height, int x0, int y0, int image_width, int image_height,
                 float min_stability) {
    int index = blockIdx.x * THREADS + threadIdx.x;
    if (index >= count[0]) return;
    Record record{planes[index], iou[planes[index]], stability(passed[index]), UNSTABLE, 0, 0, 0, 0, 0};
    if (stable(passed[index], min_stability)) {
        int all = (width + THREADS - 1) / THREADS;
        Part edges{width, height, -1, -1, 0};
        for (const Part* part = parts + index * all; part < parts + (index + 1) * all; part++) {
            edges = {min(edges.left, part->left), min(edges.top, part->top), max(edges.right, part->right),
                     max(edges.bottom, part->bottom), edges.changes + part->changes};
        }
        if (edges.right < 0) edges = {0, 0, 0, 0, edges.changes};
        record.left = edges.left;
        record.top = edges.top;
        record.right = edges.right;
        record.bottom = edges.bottom;
        bool ends = cut(edges.left + x0, x0, 0) || cut(edges.top + y0, y0, 0) || cut(edges.right + x0, x0 + width, image_width) ||
                    cut(edges.bottom + y0, y0 + height, image_height);
        record.runs = ends ? CUT : edges.changes + 1;
        if (!ends) record.at = static_cast<long long>(atomicAdd(cursor, static_cast<unsigned long long>(edges.changes)));
    }
    records[index] = record;
}

extern "C" __global__ void __launch_bounds__(THREADS)
write_changes(const unsigned* bits, const int* count, const Part* parts, const Record* records, int* changes, long long capacity,
              int width, int height) {
    __shared__ int of_warp[WARPS];
    int index = blockIdx.y;
    if (index >= count[0]) return;
    long long at = records[index].at;
    int runs = records[index].runs;
    if (runs <= CUT || at + runs - 1 > capacity) return;
    for (int before = 0; before < static_cast<int>(blockIdx.x); before++) at += parts[index * gridDim.x + before].changes;
    Bits mask(bits, index, width, height);
    int x = blockIdx.x * THREADS + threadIdx.x;
    int own = 0;
    if (x < width) mask.column(x, [&](int, unsigned, unsigned changed) { own += __popc(changed); });
    int* to = changes + at + sum_before(own, of_warp);
    if (own == 0) return;
    mask.column(x, [&](int w, unsigned, unsigned changed) {
        for (; changed != 0; changed &= changed - 1) *to++ = x * height + w * 32 + __ffs(changed) - 1;
    });
}
