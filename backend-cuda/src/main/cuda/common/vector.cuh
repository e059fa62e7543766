// Eight or more neighbouring values at a time between memory and fp32 registers: 16-byte accesses, so addresses are
// multiples of 16 bytes.
#pragma once
#include "element.cuh"

// N is a multiple of 4.
template <int N> __device__ __forceinline__ void load_vector(float (&values)[N], const float* from) {
#pragma unroll
    for (int i = 0; i < N; i += 4) {
        float4 four = *reinterpret_cast<const float4*>(from + i);
        values[i] = four.x, values[i + 1] = four.y, values[i + 2] = four.z, values[i + 3] = four.w;
    }
}

__device__ __forceinline__ void load_8(float (&values)[8], const float* from) { load_vector(values, from); }

__device__ __forceinline__ void load_8(float (&values)[8], const bf16* from) {
    uint4 packed = *reinterpret_cast<const uint4*>(from);
    uint32_t pairs[4] = {packed.x, packed.y, packed.z, packed.w};
#pragma unroll
    for (int i = 0; i < 4; i++) {
        values[2 * i] = __uint_as_float(pairs[i] << 16);
        values[2 * i + 1] = __uint_as_float(pairs[i] & 0xffff0000u);
    }
}

__device__ __forceinline__ void store_8(float* to, const float (&values)[8]) {
    reinterpret_cast<float4*>(to)[0] = make_float4(values[0], values[1], values[2], values[3]);
    reinterpret_cast<float4*>(to)[1] = make_float4(values[4], values[5], values[6], values[7]);
}

__device__ __forceinline__ void store_8(bf16* to, const float (&values)[8]) {
    *reinterpret_cast<uint4*>(to) = make_uint4(pack_bf16(values[0], values[1]), pack_bf16(values[2], values[3]),
                                               pack_bf16(values[4], values[5]), pack_bf16(values[6], values[7]));
}

// Eight fp32 values as bf16.
__device__ __forceinline__ uint4 rounded_8(const float* from) {
    float values[8];
    uint4 packed;
    load_8(values, from);
    store_8(reinterpret_cast<bf16*>(&packed), values);
    return packed;
}

// N is a multiple of 8.
template <int N> __device__ __forceinline__ void load_vector(float (&values)[N], const bf16* from) {
#pragma unroll
    for (int i = 0; i < N; i += 8) load_8(reinterpret_cast<float(&)[8]>(values[i]), from + i);
}

template <int N, class T> __device__ __forceinline__ void store_vector(T* to, const float (&values)[N]) {
#pragma unroll
    for (int i = 0; i < N; i += 8) store_8(to + i, reinterpret_cast<const float(&)[8]>(values[i]));
}
