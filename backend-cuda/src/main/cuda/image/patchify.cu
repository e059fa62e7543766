// patchify: normalised 16x16 patches as rows of a matrix, so that the patch embedding is one linear layer.
// Source   segment-anything modeling/sam.py preprocess, image_encoder.py PatchEmbed.forward
// In       resized u8 [height][width][3], at most 1024x1024
// Out      out T [4096][768], column c*256 + ky*16 + kx: (value - mean) / deviation in fp32, zero outside the image
// Launch   grid (1536), block 256: one thread per eight columns   Java  org.samfast.cuda.kernel.Patchify
#include "../common/vector.cuh"

constexpr int GRID = 64, PATCH = 16, COLUMNS = 768;

template <class T>
__device__ __forceinline__ void patchify(const uint8_t* resized, T* out, int width, int height) {
    const float means[3] = {123.675f, 116.28f, 103.53f}, deviations[3] = {58.395f, 57.12f, 57.375f};
    int group = blockIdx.x * 256 + threadIdx.x;
    int token = group / (COLUMNS / 8), column = group % (COLUMNS / 8) * 8;
    int channel = column / (PATCH * PATCH), ky = column / PATCH % PATCH, kx = column % PATCH;
    int y = token / GRID * PATCH + ky, x = token % GRID * PATCH + kx;
    float mean = channel == 0 ? means[0] : channel == 1 ? means[1] : means[2];
    float deviation = channel == 0 ? deviations[0] : channel == 1 ? deviations[1] : deviations[2];
    float values[8];
#pragma unroll
    for (int i = 0; i < 8; i++) {
        bool inside = y < height && x + i < width;
        values[i] = inside ? (resized[(y * width + x + i) * 3 + channel] - mean) / deviation : 0.0f;
    }
    store_8(out + token * COLUMNS + column, values);
}

extern "C" __global__ void __launch_bounds__(256) patchify_bf16(const uint8_t* resized, bf16* out, int width, int height) {
    patchify(resized, out, width, height);
}

extern "C" __global__ void __launch_bounds__(256)
patchify_fp32(const uint8_t* resized, float* out, int width, int height) {
    patchify(resized, out, width, height);
}
