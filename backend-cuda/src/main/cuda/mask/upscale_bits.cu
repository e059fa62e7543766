// upscale_bits: selected masks at the size of the image, a bit per pixel, and how many of their logits there are above a higher
// and above a lower threshold. Bit for bit what org.samfast.mask.MaskUpscale.stable computes.
// Source   segment-anything sam.py Sam.postprocess_masks, utils/amg.py calculate_stability_score @dca509f
// In       logits [..][256][256] fp32; planes [count[0]]: which of them; passed [masks][2] of 0
// Out      bits [masks][words][width] u32, words = ceil(height / 32), bit i of word w is row 32 w + i, 0 below the image; passed:
//          logits above offset, above -offset. Of both the first count[0] masks
// Launch   grid (any), block 256: a warp makes 32 x 32 pixels at a time. Most lie where all logits are on the same side of the
//          thresholds, and need no arithmetic: a mix is never outside of what it is made of, but for rounding. Else a lane has one
//          column; down it the frame's rows and the logits' are kept while they serve; inner_width x inner_height is the part of
//          the 1024x1024 frame that the image fills
//          Java  org.samfast.cuda.kernel.UpscaleBits
#include "bilinear.cuh"

constexpr unsigned ALL = 0xffffffffu;

// One column of the image: the two columns of the 1024x1024 frame that it lies between, at the row where it is.
class ImageColumn {
  public:
    __device__ __forceinline__ ImageColumn(const float* plane, const Between& column)
        : plane(plane), column(column), left(in_logits(column.first)), right(in_logits(column.second)) {}

    // The logit there; rows come from the top, the same in the whole warp.
    __device__ __forceinline__ float at(const Between& row) {
        if (row.first != at_row) {
            above = row.first == at_row + 1 ? below : frame_row(row.first);
            below = frame_row(row.second);
            at_row = row.first;
        }
        return row.mix(above, below);
    }

  private:
    // A row of logits where the frame's two columns are.
    struct Stretched {
        float left, right;
    };

    __device__ __forceinline__ float frame_row(int y) {
        Between row = in_logits(y);
        if (row.first != near_row) {
            near = row.first == far_row ? far : stretched(row.first);
            near_row = row.first;
        }
        if (row.second != far_row) {
            far = stretched(row.second);
            far_row = row.second;
        }
        return column.mix(row.mix(near.left, far.left), row.mix(near.right, far.right));
    }

    __device__ __forceinline__ Stretched stretched(int row) const {
        const float* logits = plane + row * SIDE;
        return {left.mix(logits[left.first], logits[left.second]), right.mix(logits[right.first], logits[right.second])};
    }

    const float* plane;
    Between column, left, right;
    int at_row = -2, near_row = -1, far_row = -1;
    float above, below;
    Stretched near, far;
};

// The first and the last of the logits along an axis that the image's pixels from first to last are made of.
__device__ __forceinline__ int2 logits_of(float scale, int inner, int first, int last) {
    return make_int2(in_logits(Between(scale, inner, first).first).first, in_logits(Between(scale, inner, last).second).second);
}

// For the whole warp: 1 where all those logits are above the threshold, -1 where all are below its negative, with what rounding
// could change to spare; else 0, also where one is no number.
__device__ __forceinline__ int side(const float* plane, int2 columns, int2 rows, float threshold) {
    int lane = threadIdx.x % 32;
    float bound = fabsf(threshold) * 1.0001f + 1e-5f;
    bool above = true, below = true;
    for (int row = rows.x + lane / 8; row <= rows.y; row += 4) {
        for (int column = columns.x + lane % 8; column <= columns.y; column += 8) {
            float logit = plane[row * SIDE + column];
            above = above && logit > bound;
            below = below && logit < -bound;
        }
    }
    return __all_sync(ALL, above) ? 1 : __all_sync(ALL, below) ? -1 : 0;
}

// The pixels of a lane's column: a bit each, and how many logits are above either threshold.
struct Pixels {
    unsigned bits, above, all;
};

// Of the column at x, 32 of them in a warp, so many rows from top on.
__device__ __forceinline__ Pixels pixels(const float* plane, const Between& column, float row_scale, int inner_height, int top,
                                         int rows, float offset) {
    Between own(row_scale, inner_height, top + static_cast<int>(threadIdx.x % 32));
    ImageColumn image(plane, column);
    float low = __fsub_rn(0.0f, offset);
    Pixels found{};
#pragma unroll 1
    for (int i = 0; i < rows; i++) {
        Between row(__shfl_sync(ALL, own.first, i), __shfl_sync(ALL, own.share, i), inner_height);
        float logit = image.at(row);
        found.bits |= logit > 0.0f ? 1u << i : 0;
        found.above += logit > offset;
        found.all += logit > low;
    }
    return found;
}

// Of a multiprocessor; the registers of five are too few for the instructions of older GPUs.
#if __CUDA_ARCH__ >= 900
constexpr int BLOCKS = 5;
#else
constexpr int BLOCKS = 4;
#endif

extern "C" __global__ void __launch_bounds__(256, BLOCKS)
upscale_bits(const float* logits, const int* planes, const int* count, unsigned* bits, unsigned long long* passed, int inner_width,
             int inner_height, int width, int height, float offset) {
    int lane = threadIdx.x % 32;
    int words = (height + 31) / 32;
    int parts = (width + 31) / 32;
    long long tiles = static_cast<long long>(count[0]) * words * parts;
    long long warps = static_cast<long long>(gridDim.x) * (blockDim.x / 32);
    float column_scale = axis_scale(inner_width, width);
    float row_scale = axis_scale(inner_height, height);
    for (long long tile = static_cast<long long>(blockIdx.x) * (blockDim.x / 32) + threadIdx.x / 32; tile < tiles; tile += warps) {
        int first = static_cast<int>(tile % parts) * 32;
        long long word_row = tile / parts;
        int mask = static_cast<int>(word_row / words);
        int top = static_cast<int>(word_row % words) * 32;
        int columns = min(32, width - first);
        int rows = min(32, height - top);
        bool real = lane < columns;
        const float* plane = logits + static_cast<size_t>(planes[mask]) * SIDE * SIDE;
        int same = side(plane, logits_of(column_scale, inner_width, first, first + columns - 1),
                        logits_of(row_scale, inner_height, top, top + rows - 1), offset);
        Pixels found{};
        if (same > 0) {
            found = {ALL >> (32 - rows), static_cast<unsigned>(rows), static_cast<unsigned>(rows)};
        } else if (same == 0) {
            Between column(column_scale, inner_width, min(first + lane, width - 1));
            found = pixels(plane, column, row_scale, inner_height, top, rows, offset);
        }
        if (real) bits[word_row * width + first + lane] = found.bits;
        if (same < 0) continue;
        unsigned long long above = __reduce_add_sync(ALL, real ? found.above : 0);
        unsigned long long all = __reduce_add_sync(ALL, real ? found.all : 0);
        if (lane == 0) atomicAdd(passed + mask, all << 32 | above);
    }
}
