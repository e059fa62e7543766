// upscale_threshold: low-resolution logits to masks at the size of the image: bilinear to 1024x1024, the padding cut off,
// bilinear to the image, inside where above 0. Bit for bit what org.samfast.mask.MaskUpscale computes: the same float
// operations in the same order, none contracted to fma.
// Source   segment-anything sam.py Sam.postprocess_masks @dca509f; PyTorch aten/src/ATen/native/UpSample.h
// In       logits [..][256][256] fp32; planes [masks]: which of them
// Out      out [masks][height][width] u8, 1 inside and 0 outside, every element written
// Launch   grid (ceil(width / 32), ceil(height / 8), masks), block (32, 8); inner_width x inner_height is the part of the
//          1024x1024 frame that the image fills   Java  org.samfast.cuda.kernel.UpscaleThreshold
#include "bilinear.cuh"

// One pixel of the 1024x1024 frame.
__device__ __forceinline__ float frame_pixel(const float* plane, const Between& row, const Between& column) {
    const float* above = plane + row.first * SIDE;
    const float* below = plane + row.second * SIDE;
    return row.mix(column.mix(above[column.first], above[column.second]), column.mix(below[column.first], below[column.second]));
}

extern "C" __global__ void __launch_bounds__(256)
upscale_threshold(const float* logits, const int* planes, unsigned char* out, int masks, int inner_width, int inner_height,
                  int width, int height) {
    int x = blockIdx.x * blockDim.x + threadIdx.x;
    int y = blockIdx.y * blockDim.y + threadIdx.y;
    int mask = blockIdx.z;
    if (x >= width || y >= height || mask >= masks) return;
    const float* plane = logits + static_cast<size_t>(planes[mask]) * SIDE * SIDE;
    Between column(axis_scale(inner_width, width), inner_width, x);
    Between row(axis_scale(inner_height, height), inner_height, y);
    Between left = in_logits(column.first);
    Between right = in_logits(column.second);
    Between above = in_logits(row.first);
    Between below = in_logits(row.second);
    float top = column.mix(frame_pixel(plane, above, left), frame_pixel(plane, above, right));
    float bottom = column.mix(frame_pixel(plane, below, left), frame_pixel(plane, below, right));
    out[(static_cast<size_t>(mask) * height + y) * width + x] = row.mix(top, bottom) > 0.0f;
}
