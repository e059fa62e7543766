// resize_rows, resize_columns: one pass each of Pillow's BILINEAR, bit for bit: 22-bit fixed point, rounded to bytes.
// Source   segment-anything utils/transforms.py ResizeLongestSide.apply_image; Pillow src/libImaging/Resample.c
// In       in u8 [height][in_width][3] (rows) or [in_height][width][3] (columns); first [outputs], begin [outputs + 1],
//          weights [begin[outputs]]: the inputs of each output position, from org.samfast.image.PillowTaps
// Out      out u8 [height][out_width][3] or [out_height][width][3], every byte written
// Launch   grid (output pixels / 256), block 256: one thread per output pixel   Java  org.samfast.cuda.kernel.Resize
#include <cstdint>

constexpr int BANDS = 3;
constexpr int FRACTION_BITS = 22;

// Weights are not negative and sum to 1 within their rounding, so only the upper end needs a guard.
__device__ __forceinline__ uint8_t to_byte(int sum) { return static_cast<uint8_t>(min(255, sum >> FRACTION_BITS)); }

// The weighted mean of pixels that lie stride bytes apart.
__device__ __forceinline__ void weigh(const uint8_t* in, size_t stride, const int* weights, int taps, uint8_t* out) {
    int red = 1 << (FRACTION_BITS - 1), green = red, blue = red;
    for (int tap = 0; tap < taps; tap++, in += stride) {
        red += in[0] * weights[tap];
        green += in[1] * weights[tap];
        blue += in[2] * weights[tap];
    }
    out[0] = to_byte(red);
    out[1] = to_byte(green);
    out[2] = to_byte(blue);
}

extern "C" __global__ void __launch_bounds__(256)
resize_rows(const uint8_t* in, const int* first, const int* begin, const int* weights, uint8_t* out, int in_width,
            int out_width, int height) {
    unsigned pixel = blockIdx.x * 256 + threadIdx.x, y = pixel / out_width, x = pixel % out_width;
    if (y >= height) return;
    weigh(in + (static_cast<size_t>(y) * in_width + first[x]) * BANDS, BANDS, weights + begin[x],
          begin[x + 1] - begin[x], out + static_cast<size_t>(pixel) * BANDS);
}

extern "C" __global__ void __launch_bounds__(256)
resize_columns(const uint8_t* in, const int* first, const int* begin, const int* weights, uint8_t* out, int width,
               int out_height) {
    unsigned pixel = blockIdx.x * 256 + threadIdx.x, y = pixel / width, x = pixel % width;
    if (y >= out_height) return;
    weigh(in + (static_cast<size_t>(first[y]) * width + x) * BANDS, static_cast<size_t>(width) * BANDS,
          weights + begin[y], begin[y + 1] - begin[y], out + static_cast<size_t>(pixel) * BANDS);
}
