// Values to int8: symmetric, -127 to 127, to nearest with ties to even.
#pragma once
#include <cstdint>

// Rows whose largest magnitude is no larger become zeros: 127 over it would be no number.
constexpr float SMALLEST_SCALED = 1e-30f;

// In the low byte: adding 1.5 * 2^23 rounds x * scale to an integer.
__device__ __forceinline__ uint32_t round_int8(float x, float scale) {
    constexpr float SHIFT = 12582912.0f;
    return __float_as_uint(fminf(fmaxf(fmaf(x, scale, SHIFT), SHIFT - 127.0f), SHIFT + 127.0f));
}

// The same by two instructions instead of three, but for ties: they may go either way. by: scale * UNIT_BY_INT8.
constexpr float UNIT_BY_INT8 = 1.0f / 254;
__device__ __forceinline__ uint32_t round_int8_nearly(float x, float by) {
    constexpr float SHIFT = 12582912.0f;
    float unit;   // -127 to 127 as 0 to 1: saturating costs nothing
    asm("fma.rn.sat.f32 %0, %1, %2, 0f3F000000;" : "=f"(unit) : "f"(x), "f"(by));
    return __float_as_uint(fmaf(unit, 254.0f, SHIFT - 127.0f));
}

// The low bytes of four words.
__device__ __forceinline__ uint32_t pack_bytes(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    return __byte_perm(__byte_perm(a, b, 0x0040), __byte_perm(c, d, 0x0040), 0x5410);
}

// Eight of them to neighbouring bytes at a multiple of 8.
__device__ __forceinline__ void store_int8(signed char* to, const float (&x)[8], float scale) {
    uint32_t bytes[8];
#pragma unroll
    for (int i = 0; i < 8; i++) bytes[i] = round_int8(x[i], scale);
    *reinterpret_cast<uint2*>(to) =
        make_uint2(pack_bytes(bytes[0], bytes[1], bytes[2], bytes[3]), pack_bytes(bytes[4], bytes[5], bytes[6], bytes[7]));
}

// Whose word of 2:4 metadata a lane needs where the weight's rows lie in pairs for results in int8 (packed_values.cuh), the words in the
// features' order: row 8h + p of 16 is the feature 2p + h.
__device__ __forceinline__ int metadata_lane_of_pairs() {
    int lane = threadIdx.x % 32;
    int feature = lane / 4 * 2 + lane % 2;
    return feature % 8 * 4 + lane / 2 % 2 * 2 + feature / 8;
}
