// Bilinear positions and mixes as org.samfast.mask.BilinearUpscale has them: the same float operations in the same order,
// none contracted to fma.
#pragma once

constexpr int SIDE = 256;
constexpr int FRAME = 1024;

// Source positions per output position of an axis.
__device__ __forceinline__ float axis_scale(int inputs, int outputs) {
    return __fdiv_rn(static_cast<float>(inputs), static_cast<float>(outputs));
}

// One output position of an axis: its two source positions and their shares.
struct Between {
    int first;
    int second;
    float rest;
    float share;

    __device__ __forceinline__ Between(float scale, int inputs, int i) {
        float centre = __fadd_rn(static_cast<float>(i), 0.5f);
        float source = fmaxf(0.0f, __fsub_rn(__fmul_rn(scale, centre), 0.5f));
        first = min(static_cast<int>(source), inputs - 1);
        second = min(first + 1, inputs - 1);
        share = fminf(1.0f, __fsub_rn(source, static_cast<float>(first)));
        rest = __fsub_rn(1.0f, share);
    }

    // Where it is known how far it lies past the first.
    __device__ __forceinline__ Between(int first, float share, int inputs)
        : first(first), second(min(first + 1, inputs - 1)), rest(__fsub_rn(1.0f, share)), share(share) {}

    __device__ __forceinline__ float mix(float a, float b) const { return __fadd_rn(__fmul_rn(a, rest), __fmul_rn(b, share)); }
};

// A position of the 1024x1024 frame between those of 256x256: (i + 0.5) / 4 - 0.5 in eighths, which floats hold exactly.
__device__ __forceinline__ Between in_logits(int i) {
    static_assert(FRAME == 4 * SIDE);
    int eighths = max(0, 2 * i - 3);
    return Between(eighths / 8, static_cast<float>(eighths % 8) * 0.125f, SIDE);
}
