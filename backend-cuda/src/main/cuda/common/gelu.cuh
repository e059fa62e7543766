// Exact GELU for an epilogue that the tensor cores, and the card's power, have to share: 8 instructions a value, where erff
// takes about 30.
#pragma once

// max(x, 0) - t Phi(-t) for each x, t = |x|: half of GELU is a straight line, and log2 Phi(-t) is so nearly a parabola that a
// polynomial of degree 4 does. Over all bf16 inputs the result is within 8e-6 of 0.5 x (1 + erf(x / sqrt 2)), and within 0.13 of the
// spacing of bf16 values where that exceeds 1e-2.
// The values advance together, since each step has to wait for the one before.
template <int N> __device__ __forceinline__ void gelu_polynomial(float (&x)[N]) {
    constexpr int DEGREE = 4;
    constexpr float LOG2_PHI[DEGREE + 1] = {3.658488918e-03f, -4.312911124e-02f, -4.694204332e-01f, -1.146609991e+00f,
                                            -1.000597793e+00f};
    float t[N];
    float power[N];
#pragma unroll
    for (int i = 0; i < N; i++) {
        t[i] = fminf(fabsf(x[i]), 16.0f);
        power[i] = LOG2_PHI[0];
    }
#pragma unroll
    for (int c = 1; c <= DEGREE; c++) {
#pragma unroll
        for (int i = 0; i < N; i++) power[i] = fmaf(power[i], t[i], LOG2_PHI[c]);
    }
#pragma unroll
    for (int i = 0; i < N; i++) {
        float phi;
        asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(phi) : "f"(power[i]));
        x[i] = fmaf(-t[i], phi, fmaxf(x[i], 0.0f));
    }
}
