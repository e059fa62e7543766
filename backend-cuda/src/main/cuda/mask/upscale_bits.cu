// upscale_bits: selected masks at the size of the image, a bit per pixel, and how many of their logits there are above a higher
// and above a lower threshold. Bit for bit what org.samfast.mask.MaskUpscale.stable computes.
// Source   segment-anything sam.py Sam.postprocess_masks, utils/amg.py calculate_stability_score @dca509f
// In       logits [..][256][256] fp32; planes [count[0]]: which of them; passed [masks][2] of 0
// Out      bits [masks][words][width] u32, words = ceil(height / 32), bit i of word w is row 32 w + i, 0 below the image; passed:
//          logits above offset, above -offset. Of both the first count[0] masks
// Launch   grid (any), block 256: a warp makes 32 x 32 pixels at a time. Most lie where all logits are on the same side of the
//          thresholds, and need no arithmetic: a mix is never outside of what it is made of, but for rounding. Else a lane has one
//          row; along it the frame's pixels and the logits are kept while they serve; inner_width x inner_height is the part of the
//          1024x1024 frame that the image fills
//          Java  org.samfast.cuda.kernel.UpscaleBits
#include "bilinear.cuh"

constexpr unsigned ALL = 0xffffffffu;

// One row of the image: the two rows of the 1024x1024 frame that it lies between, at the column where it is.
class ImageRow {
  public:
    __device__ __forceinline__ ImageRow(const float* plane, float scale, int inner_height, int y)
        : plane(plane), row(scale, inner_height, y), above(in_logits(row.first)), below(in_logits(row.second)) {}

    // The logit there; columns come from the left.
    __device__ __forceinline__ float at(const Between& column) {
        if (column.first != left) {
            if (column.first == right) {
                left_above = right_above;
                left_below = right_below;
            } else {
                frame_column(column.first, left_above, left_below);
            }
            left = column.first;
        }
        if (column.second != right) {
            frame_column(column.second, right_above, right_below);
            right = column.second;
        }
        return row.mix(column.mix(left_above, right_above), column.mix(left_below, right_below));
    }

  private:
    __device__ __forceinline__ void frame_column(int x, float& in_above, float& in_below) {
        Between column = in_logits(x);
        if (column.first != near_column) {
            if (column.first == far_column) {
#pragma unroll
                for (int i = 0; i < 4; i++) near[i] = far[i];
            } else {
                load(near, column.first);
            }
            near_column = column.first;
        }
        if (column.second != far_column) {
            load(far, column.second);
            far_column = column.second;
        }
        in_above = above.mix(column.mix(near[0], far[0]), column.mix(near[1], far[1]));
        in_below = below.mix(column.mix(near[2], far[2]), column.mix(near[3], far[3]));
    }

    __device__ __forceinline__ void load(float (&values)[4], int column) const {
        values[0] = plane[above.first * SIDE + column];
        values[1] = plane[above.second * SIDE + column];
        values[2] = plane[below.first * SIDE + column];
        values[3] = plane[below.second * SIDE + column];
    }

    const float* plane;
    Between row, above, below;
    int left = -1, right = -1, near_column = -1, far_column = -1;
    float left_above, left_below, right_above, right_below, near[4], far[4];
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

extern "C" __global__ void __launch_bounds__(256)
upscale_bits(const float* logits, const int* planes, const int* count, unsigned* bits, unsigned* passed, int inner_width,
             int inner_height, int width, int height, float offset) {
    int lane = threadIdx.x % 32;
    int words = (height + 31) / 32;
    int parts = (width + 31) / 32;
    long long tiles = static_cast<long long>(count[0]) * words * parts;
    long long warps = static_cast<long long>(gridDim.x) * (blockDim.x / 32);
    float column_scale = axis_scale(inner_width, width);
    float row_scale = axis_scale(inner_height, height);
    float low = __fsub_rn(0.0f, offset);
    for (long long tile = static_cast<long long>(blockIdx.x) * (blockDim.x / 32) + threadIdx.x / 32; tile < tiles; tile += warps) {
        int first = static_cast<int>(tile % parts) * 32;
        long long word_row = tile / parts;
        int mask = static_cast<int>(word_row / words);
        int y = static_cast<int>(word_row % words) * 32 + lane;
        bool real = y < height;
        int columns = min(32, width - first);
        const float* plane = logits + static_cast<size_t>(planes[mask]) * SIDE * SIDE;
        int top = y - lane;
        int same = side(plane, logits_of(column_scale, inner_width, first, first + columns - 1),
                        logits_of(row_scale, inner_height, top, min(top + 31, height - 1)), offset);
        unsigned own = same > 0 ? __ballot_sync(ALL, real) : 0;
        int above = same > 0 ? columns : 0;
        int all = above;
        if (same == 0) {
            ImageRow row(plane, row_scale, inner_height, min(y, height - 1));
            for (int i = 0; i < columns; i++) {
                float logit = row.at(Between(column_scale, inner_width, first + i));
                unsigned word = __ballot_sync(ALL, real && logit > 0.0f);
                own = lane == i ? word : own;
                above += logit > offset;
                all += logit > low;
            }
        }
        if (lane < columns) bits[word_row * width + first + lane] = own;
        if (same < 0) continue;
        above = __reduce_add_sync(ALL, real ? above : 0);
        all = __reduce_add_sync(ALL, real ? all : 0);
        if (lane < 2) atomicAdd(passed + 2 * mask + lane, lane == 0 ? above : all);
    }
}
