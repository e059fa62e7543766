// add_position: keys plus the position of each token in the image.
// Source   segment-anything transformer.py TwoWayAttentionBlock.forward, "k = keys + key_pe" @dca509f
// In       in [rows][256] T, row r is token r % 4096 of its image; position [4096][256] fp32
// Out      out [rows][256] T, every element written; may be in
// Launch   grid (ceil(rows / 8)), block 256   Java  org.samfast.cuda.kernel.AddPosition
#include "../common/vector.cuh"

constexpr int CHANNELS = 256;
constexpr int TOKENS = 4096;
constexpr int OWN_CHANNELS = 8;
constexpr int BLOCK_ROWS = 8;

template <class T> __device__ __forceinline__ void add_position(const T* in, const float* position, T* out, long long rows) {
    long long row = static_cast<long long>(blockIdx.x) * BLOCK_ROWS + threadIdx.x / 32;
    if (row >= rows) return;
    int channel = threadIdx.x % 32 * OWN_CHANNELS;
    float value[OWN_CHANNELS];
    float offset[OWN_CHANNELS];
    load_vector(value, in + row * CHANNELS + channel);
    load_vector(offset, position + row % TOKENS * CHANNELS + channel);
#pragma unroll
    for (int i = 0; i < OWN_CHANNELS; i++) value[i] += offset[i];
    store_vector(out + row * CHANNELS + channel, value);
}

extern "C" __global__ void __launch_bounds__(256)
add_position_bf16(const bf16* in, const float* position, bf16* out, long long rows) {
    add_position(in, position, out, rows);
}

extern "C" __global__ void __launch_bounds__(256)
add_position_fp32(const float* in, const float* position, float* out, long long rows) {
    add_position(in, position, out, rows);
}
