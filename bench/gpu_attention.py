#!/usr/bin/env python3
"""Times encoder/global_attention.cu beside portable/global_attention.cu on a Hopper GPU, and checks both against torch.

Needs nvcc and PyTorch; run in the root of a checkout: python3 bench/gpu_attention.py [--pause SECONDS] [--batches 8,1].
Per model and batch: median milliseconds of one layer, both kernels in turn, and TFLOP/s, counted as the two products alone:
4 * 4096 * 4096 * head dimension * heads * images. The reference is in fp64; its inputs are random, with a channel and some
tokens far out, and with keys that grow so that late scores outgrow the early ones.
"""
import argparse

import torch

from gpu_kernels import Kernel, load, medians, tensor_map

MODELS = {"ViT-B": (12, 64), "ViT-H": (16, 80)}
SIDE, TOKENS = 64, 4096


class Portable:
    def __init__(self, module, head_dim):
        self.head_dim = head_dim
        shared = 3 * 2 * SIDE * head_dim * 2 + 128 * (SIDE + 1) * 4
        self.kernel = Kernel(module, f"global_attention_hd{head_dim}_bf16", shared)

    def prepare(self, qkv, rel_h, rel_w, out, heads):
        return self.kernel.launcher((32, heads, len(qkv)), 128, qkv, rel_h, rel_w, out, heads)


class Hopper:
    # as Tiling in encoder/global_attention.cu
    CONSUMERS = 3

    def __init__(self, module, head_dim):
        self.head_dim, stages = head_dim, {64: 6, 80: 4}[head_dim]
        rows = (2 * self.CONSUMERS + 2 + 2 * stages) * SIDE * head_dim * 2
        ones = {64: 2, 80: 1 + stages}[head_dim] * SIDE * 32
        shared = 1024 + rows + ones + self.CONSUMERS * SIDE * (SIDE + 8) * 4 + 512
        self.kernel = Kernel(module, f"global_attention_hd{head_dim}_bf16_sm90", shared)

    def prepare(self, qkv, rel_h, rel_w, out, heads):
        images, d = len(qkv), self.head_dim
        sizes = [(qkv, TOKENS * images, 3 * heads * d), (rel_h, 2 * SIDE - 1, d), (rel_w, 2 * SIDE - 1, d)]
        maps = [tensor_map(*matrix, SIDE, width) for matrix in sizes for width in (64, 16)]
        units = -(-SIDE // self.CONSUMERS) * heads * images
        grid = min(units, torch.cuda.get_device_properties(0).multi_processor_count)
        return self.kernel.launcher((grid, 1, 1), 128 * (1 + self.CONSUMERS), *maps, out, heads, units)


def inputs(images, heads, head_dim, kind="plain"):
    """qkv [images][4096][3][heads][head_dim] and both tables."""
    qkv = torch.randn(images, TOKENS, 3, heads, head_dim, device="cuda")
    if kind == "outliers":
        qkv[:, :, :2, :, head_dim // 2] *= 12
        qkv[:, ::97] *= 6
    if kind == "growing":
        qkv[:, :, 1] *= torch.linspace(0.1, 40, TOKENS, device="cuda")[:, None, None]
    tables = [(0.3 * torch.randn(2 * SIDE - 1, head_dim, device="cuda")).bfloat16() for _ in range(2)]
    return qkv.bfloat16(), *tables


def reference(qkv, rel_h, rel_w):
    """In fp64, head by head; out [images][4096][heads][head_dim]."""
    at = torch.arange(SIDE, device="cuda")
    rel_h, rel_w = (table.double()[at[:, None] - at[None, :] + SIDE - 1] for table in (rel_h, rel_w))
    out = torch.empty_like(qkv[:, :, 0], dtype=torch.float64)
    for image, head in ((i, h) for i in range(len(qkv)) for h in range(qkv.shape[3])):
        q, k, v = qkv[image, :, :, head].double().unbind(1)
        grid = q.view(SIDE, SIDE, -1)
        scores = (q * q.shape[1] ** -0.5 @ k.T).view(SIDE, SIDE, SIDE, SIDE)
        scores += torch.einsum("hwc,hkc->hwk", grid, rel_h)[..., None]
        scores += torch.einsum("hwc,wkc->hwk", grid, rel_w)[..., None, :]
        out[image, :, head] = scores.view(TOKENS, TOKENS).softmax(-1) @ v
    return out


def run(kernel, qkv, rel_h, rel_w):
    out = torch.full_like(qkv[:, :, 0], float("nan"))
    kernel.prepare(qkv, rel_h, rel_w, out, qkv.shape[3])()
    torch.cuda.synchronize()
    return out


def verify(name, kernel, images, kind):
    """The relative error; an image alone has to give the bits that it gives among others."""
    given = inputs(images, 2, kernel.head_dim, kind)
    out, expected = run(kernel, *given), reference(*given)
    alone = torch.cat([run(kernel, image, *given[1:]) for image in given[0].split(1)])
    if not torch.equal(out, alone):
        raise SystemExit(f"{name}, {images} images: the bits depend on the batch")
    return ((out.double() - expected).norm() / expected.norm()).item()


def measure(kernels, images, heads, pause):
    given = inputs(images, heads, kernels["portable"].head_dim)
    out = torch.empty_like(given[0][:, :, 0])
    return medians({name: kernel.prepare(*given, out, heads) for name, kernel in kernels.items()}, pause)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pause", type=float, default=0)
    parser.add_argument("--batches", default="8,1")
    options = parser.parse_args()
    torch.zeros(1, device="cuda")
    kinds = {"portable": (Portable, load("portable/global_attention.cu")), "sm_90a": (Hopper, load("encoder/global_attention.cu"))}
    for model, (heads, head_dim) in MODELS.items():
        kernels = {name: kind(module, head_dim) for name, (kind, module) in kinds.items()}
        for name, kernel in kernels.items():
            errors = [verify(f"{name} {model}", kernel, images, kind)
                      for images in (1, 3) for kind in ("plain", "outliers", "growing")]
            print(f"{model} {name}: errors", " ".join(f"{error:.2e}" for error in errors), flush=True)
            if not max(errors) < 5e-3:
                raise SystemExit(f"{name} {model} is wrong")
        for images in map(int, options.batches.split(",")):
            for name, time in measure(kernels, images, heads, options.pause).items():
                rate = 4 * TOKENS * TOKENS * head_dim * heads * images / time / 1e9
                print(f"{model} batch {images} {name}: {time:.3f} ms, {rate:.0f} TFLOP/s", flush=True)


if __name__ == "__main__":
    main()
