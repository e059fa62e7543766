// neck_gather: the 3x3 neighbourhoods of all tokens as rows, so that the neck's convolution is one linear layer.
// Source   segment-anything image_encoder.py ImageEncoderViT.neck[2], Conv2d(256, 256, kernel_size=3, padding=1)
// In       in T [images*4096][256], token = y*64 + x
// Out      out T [images*4096][2304], column (ky*3 + kx)*256 + c, zero where the neighbour is outside the 64x64 grid
// Launch   grid (4096*images*9/8), block 256: one thread per eight channels   Java  org.samfast.cuda.kernel.NeckGather
#include "../common/overlap.cuh"
#include "../common/vector.cuh"

constexpr int GRID = 64, TOKENS = GRID * GRID, CHANNELS = 256, TAPS = 9, GROUPS = CHANNELS / 8;

template <class T> __device__ __forceinline__ void neck_gather(const T* in, T* out, int images) {
    wait_for_kernels_before();
    size_t group = static_cast<size_t>(blockIdx.x) * 256 + threadIdx.x;
    size_t row = group / (TAPS * GROUPS);
    int tap = static_cast<int>(group / GROUPS % TAPS), channel = static_cast<int>(group % GROUPS) * 8;
    if (row >= static_cast<size_t>(images) * TOKENS) return;
    int token = static_cast<int>(row % TOKENS), dy = tap / 3 - 1, dx = tap % 3 - 1;
    int y = token / GRID + dy, x = token % GRID + dx;
    float values[8] = {};
    // neighbours lie in the same image, so the row moves by as much as the token
    if (y >= 0 && y < GRID && x >= 0 && x < GRID) load_8(values, in + (row + dy * GRID + dx) * CHANNELS + channel);
    store_8(out + (row * TAPS + tap) * CHANNELS + channel, values);
}

extern "C" __global__ void __launch_bounds__(256) neck_gather_bf16(const bf16* in, bf16* out, int images) {
    neck_gather(in, out, images);
}

extern "C" __global__ void __launch_bounds__(256) neck_gather_fp32(const float* in, float* out, int images) {
    neck_gather(in, out, images);
}
