// What the Linears of the decoder's tokens read and write: some parts, each with its own inputs, weight, bias and outputs.
#pragma once
#include "../common/vector.cuh"

template <class In, class Out> struct TokenLinear {
    const In* in;
    const In* addend;
    const void* weights;
    const float* bias;
    const float* residual;
    Out* out;
    int rows;
    int n;
    int k;
    int in_stride;
    int in_part;
    int added_parts;
    int out_stride;
    int out_part;
    int relu;

    // The part of this block, blockIdx.z.
    template <class Weight> __device__ __forceinline__ const Weight* weight() const {
        return static_cast<const Weight*>(weights) + static_cast<size_t>(blockIdx.z) * n * k;
    }

    __device__ __forceinline__ size_t in_place(int row, int column) const {
        return static_cast<size_t>(blockIdx.z) * in_part + static_cast<size_t>(row) * in_stride + column;
    }

    __device__ __forceinline__ bool adds() const { return blockIdx.z < added_parts; }

    // N inputs of one row, zero past the last row.
    template <int N> __device__ __forceinline__ void load_in(int row, int column, float (&to)[N]) const {
#pragma unroll
        for (int i = 0; i < N; i++) to[i] = 0.0f;
        if (row >= rows) return;
        size_t at = in_place(row, column);
        load_vector(to, in + at);
        if (!adds()) return;
        float more[N];
        load_vector(more, addend + at);
#pragma unroll
        for (int i = 0; i < N; i++) to[i] += more[i];
    }

    __device__ __forceinline__ void finish(int row, int feature, float sum) const {
        if (row >= rows || feature >= n) return;
        size_t at = static_cast<size_t>(blockIdx.z) * out_part + static_cast<size_t>(row) * out_stride + feature;
        float value = sum + bias[blockIdx.z * n + feature];
        if (relu) value = fmaxf(value, 0.0f);
        out[at] = from_float<Out>(residual == nullptr ? value : value + residual[at]);
    }
};
