#!/usr/bin/env python3
"""Launches the kernels of ViT-H's layers at batch 8 in bf16, each twice, for a profiler to look at: what binds them (docs/kernels.md).

Needs nvcc and PyTorch; run in the root of a checkout, with the METRICS that bench/results/h100-80gb-profile.csv names:
ncu --clock-control none --metrics METRICS --csv -k 'regex:_sm90' python3 bench/gpu_profile.py
"""
import torch

import gpu_attention
import gpu_linear
import gpu_window_attention
from gpu_kernels import load

IMAGES, ROWS, HEADS, HEAD_DIM = 8, 32768, 16, 80
# as LinearTiling chooses
TILING_OF = {(3840, 1280): "turns_128x192", (1280, 1280): "turns_128x160", (5120, 1280): "turns_128x160", (1280, 5120): "turns_128x160"}


def linears():
    module = load("encoder/linear.cu")
    tilings = {tiling[0]: gpu_linear.Tiling(module, *tiling) for tiling in gpu_linear.TILINGS}
    for n, k, act, with_residual in gpu_linear.SHAPES:
        if (n, k) not in TILING_OF:
            continue
        x, weight = torch.randn(ROWS, k, device="cuda").bfloat16(), (torch.randn(n, k, device="cuda") / k**0.5).bfloat16()
        bias, out = torch.randn(n, device="cuda"), torch.empty(ROWS, n, device="cuda", dtype=torch.bfloat16)
        residual = torch.randn(ROWS, n, device="cuda").bfloat16() if with_residual else None
        yield tilings[TILING_OF[n, k]].prepare(x, weight, bias, residual, out, act)


def attentions():
    windows = gpu_window_attention.inputs(IMAGES, HEADS, HEAD_DIM)
    out = torch.empty(IMAGES, 64, 64, HEADS, HEAD_DIM, device="cuda", dtype=torch.bfloat16)
    yield gpu_window_attention.Hopper(load("encoder/window_attention.cu"), HEAD_DIM).prepare(*windows, out, HEADS)
    everywhere = gpu_attention.inputs(IMAGES, HEADS, HEAD_DIM)
    yield gpu_attention.Hopper(load("encoder/global_attention.cu"), HEAD_DIM).prepare(*everywhere, out.view(IMAGES, 4096, HEADS, HEAD_DIM), HEADS)


def main():
    torch.zeros(1, device="cuda")
    for launch in (*linears(), *attentions()):
        launch()
        launch()
        torch.cuda.synchronize()


if __name__ == "__main__":
    main()
