// round_bf16: fp32 weights to bf16, to the nearest, ties to even: a checkpoint goes to the GPU as it lies in its file.
// In       in [count] fp32, 16-byte aligned
// Out      out [count] bf16, every element written
// Launch   grid (ceil(count / 2048)), block 256    Java  org.samfast.cuda.kernel.RoundBfloat16
#include "common/element.cuh"

constexpr int PER_THREAD = 8;

extern "C" __global__ void __launch_bounds__(256) round_bf16(const float* in, bf16* out, long long count) {
    long long first = (static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x) * PER_THREAD;
    if (first + PER_THREAD <= count) {
        float4 low = *reinterpret_cast<const float4*>(in + first);
        float4 high = *reinterpret_cast<const float4*>(in + first + 4);
        uint4 packed = {pack_bf16(low.x, low.y), pack_bf16(low.z, low.w), pack_bf16(high.x, high.y), pack_bf16(high.z, high.w)};
        *reinterpret_cast<uint4*>(out + first) = packed;
        return;
    }
    for (long long i = first; i < count; i++) out[i] = from_float<bf16>(in[i]);
}
