#!/usr/bin/env python3
"""Times encoder/linear.cu beside torch.nn.functional.linear on a Hopper GPU, and checks it against torch.

Needs nvcc and PyTorch; run in the root of a checkout: python3 bench/gpu_linear.py [--pause SECONDS] [--rows 32768,4096].
Per shape of ViT-B, ViT-L and ViT-H: median TFLOP/s of torch with bias alone, and of each tiling with what the encoder has beside the
product: its norm folded in (and GELU), or the residual and the sums for the next norm. All are timed in turn, in an order drawn anew for each of the rounds: the clock follows the power that the
last milliseconds took, so a pause before each (--pause 0.01) shows the rates of a rested card.
"""
import argparse

import torch

from gpu_kernels import Kernel, load, medians, tensor_map

# name, rows of a consumer, columns, in turns, slabs: as in encoder/linear.cu
TILINGS = [("together_128x256", 64, 256, False, 2), ("turns_128x192", 128, 192, True, 4), ("turns_128x160", 128, 160, True, 5)]
# n, k, activation (1 is GELU), residual
SHAPES = [shape for width in (768, 1024, 1280) for shape in
          ((3 * width, width, 0, 0), (width, width, 0, 1), (4 * width, width, 1, 0), (width, 4 * width, 0, 1))]
SHARED, FIXED = 227 * 1024, 1024 + 512


class Tiling:
    def __init__(self, module, name, rows, columns, in_turns, slabs):
        self.name, self.columns, self.tile_rows = name, columns, rows if in_turns else 2 * rows
        self.slab_columns = 32 if columns % 64 else 64
        stage, fixed = (self.tile_rows + columns) * 128, FIXED + 2 * slabs * 64 * self.slab_columns * 2
        shared = fixed + (SHARED - fixed) // stage * stage
        self.normed = Kernel(module, f"linear_normed_bf16_sm90_{name}", shared)
        self.measured = Kernel(module, f"linear_measured_bf16_sm90_{name}", shared)

    def prepare(self, x, weight, bias, residual, out, act):
        """With a residual as proj and lin2, without one as qkv and lin1, of rows whose mean is 0 and deviation 1."""
        (m, k), n = x.shape, weight.shape[0]
        maps = [tensor_map(x, m, k, self.tile_rows, 64), tensor_map(weight, n, k, self.columns // 2, 64),
                tensor_map(out, m, n, 64, self.slab_columns)]
        tiles = -(-m // (2 * self.tile_rows)) * -(-n // self.columns)
        grid = (2 * min(tiles, torch.cuda.get_device_properties(0).multi_processor_count // 2), 1, 1)
        if residual is not None:
            partial = torch.empty(n // 32, m, 2, device="cuda")
            return self.measured.launcher(grid, 384, *maps, tensor_map(residual, m, n, 64, self.slab_columns), bias, m, n, k, m, partial)
        folded = torch.cat([bias.view(-1, 2), weight.float().sum(1).view(-1, 2)], 1).contiguous()
        statistics = torch.tensor([0.0, 1.0], device="cuda").repeat(m, 1)
        return self.normed.launcher(grid, 384, *maps, folded, statistics, m, n, k, act)


def error(out, x, weight, bias, residual, act):
    """Over 4096 rows, against torch in fp32."""
    rows = slice(-4096, None)
    expected = x[rows].float() @ weight.float().T + bias
    if act:
        expected = torch.nn.functional.gelu(expected)
    if residual is not None:
        expected += residual[rows].float()
    return ((out[rows].float() - expected).norm() / expected.norm()).item()


def measure(tilings, m, n, k, act, with_residual, pause):
    x, weight = torch.randn(m, k, device="cuda").bfloat16(), (torch.randn(n, k, device="cuda") / k**0.5).bfloat16()
    bias, out = torch.randn(n, device="cuda"), torch.empty(m, n, device="cuda", dtype=torch.bfloat16)
    residual, bias16 = torch.randn(m, n, device="cuda").bfloat16() if with_residual else None, bias.bfloat16()
    launches = {"torch, bias": lambda: torch.nn.functional.linear(x, weight, bias16)}
    for tiling in tilings:
        launches[tiling.name] = tiling.prepare(x, weight, bias, residual, out.fill_(float("nan")), act)
        launches[tiling.name]()
        if not error(out, x, weight, bias, residual, act) < 3e-3:
            raise SystemExit(f"{tiling.name} is wrong at {m}x{n}x{k}")
    return {name: 2e-9 * m * n * k / time for name, time in medians(launches, pause).items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pause", type=float, default=0)
    parser.add_argument("--rows", default="32768,4096")
    options = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.zeros(1, device="cuda")
    module = load("encoder/linear.cu")
    tilings = [Tiling(module, *tiling) for tiling in TILINGS]
    for m in map(int, options.rows.split(",")):
        columns = [measure(tilings, m, *shape, options.pause) for shape in SHAPES]
        print(f"{m} rows, n,k:".ljust(20), " ".join(f"{n},{k}".rjust(9) for n, k, _, _ in SHAPES))
        for name in columns[0]:
            print(name.ljust(20), " ".join(f"{column[name]:9.0f}" for column in columns), flush=True)


if __name__ == "__main__":
    main()
