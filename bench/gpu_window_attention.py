#!/usr/bin/env python3
"""Times encoder/window_attention.cu beside portable/window_attention.cu on a Hopper GPU, and checks both against torch in fp32.

Needs nvcc and PyTorch; run in the root of a checkout: python3 bench/gpu_window_attention.py [--pause SECONDS] [--batches 8,1].
Per model and batch: median milliseconds of one layer, all kernels in turn, and GB/s of qkv read once and out written once. A
batch of 1 finds its qkv in L2, as it does after the Linear that makes it.
"""
import argparse

import torch

from gpu_kernels import Kernel, load, medians

MODELS = {"ViT-B": (12, 64), "ViT-H": (16, 80)}


class Portable:
    def __init__(self, module, head_dim):
        self.head_dim, self.threads = head_dim, 2 * head_dim
        shared = (2 * 14 * 16 + 2 * 27) * head_dim * 2 + 2 * head_dim // 32 * 16 * 33 * 4
        self.kernel = Kernel(module, f"window_attention_hd{head_dim}_bf16", shared)

    def prepare(self, qkv, bias, rel_h, rel_w, out, heads):
        return self.kernel.launcher((25, heads, len(qkv)), self.threads, qkv, bias, rel_h, rel_w, out, heads)


class Hopper:
    def __init__(self, module, head_dim):
        self.head_dim, stages = head_dim, 6 if head_dim == 64 else 5
        shared = 1024 + (stages * 224 + 56) * head_dim * 2 + 8 * 16 * 56 * 4 + (2 * stages + 2) * 8
        self.kernel = Kernel(module, f"window_attention_hd{head_dim}_bf16_sm90", shared)

    def prepare(self, qkv, bias, rel_h, rel_w, out, heads):
        images = len(qkv)
        grid = min(25 * heads * images, torch.cuda.get_device_properties(0).multi_processor_count)
        return self.kernel.launcher((grid, 1, 1), 384, qkv, bias, rel_h, rel_w, out, heads, images)


def inputs(images, heads, head_dim, outliers=False):
    """qkv [images][64][64][3][heads][head_dim], its bias, and both tables. Outliers: a channel and a token far out."""
    qkv = torch.randn(images, 64, 64, 3, heads, head_dim, device="cuda")
    if outliers:
        qkv[..., head_dim // 2] *= 20
        qkv[:, 17, 31] *= 30
        qkv[:, 63, 63] *= 30
    bias = torch.randn(3, heads, head_dim, device="cuda")
    tables = [(0.3 * torch.randn(27, head_dim, device="cuda")).bfloat16() for _ in range(2)]
    return qkv.bfloat16(), bias, *tables


def reference(qkv, bias, rel_h, rel_w):
    """In fp32, padded as the original pads; out [images][64][64][heads][head_dim]."""
    images, _, _, _, heads, head_dim = qkv.shape
    padded = bias.bfloat16().float().expand(images, 70, 70, 3, heads, head_dim).clone()
    padded[:, :64, :64] = qkv.float()
    windows = padded.view(images, 5, 14, 5, 14, 3, heads, head_dim).permute(5, 0, 1, 3, 6, 2, 4, 7)
    q, k, v = windows.reshape(3, images * 25 * heads, 14, 14, head_dim)
    at = torch.arange(14, device="cuda")
    offset = at[:, None] - at[None, :] + 13
    scores = (q.flatten(1, 2) * head_dim**-0.5) @ k.flatten(1, 2).transpose(1, 2)
    scores = scores.view(-1, 14, 14, 14, 14)
    scores = scores + torch.einsum("bhwc,hkc->bhwk", q, rel_h.float()[offset])[..., None]
    scores = scores + torch.einsum("bhwc,wkc->bhwk", q, rel_w.float()[offset])[..., None, :]
    out = scores.flatten(3).softmax(-1).view(-1, 196, 196) @ v.flatten(1, 2)
    out = out.view(images, 5, 5, heads, 14, 14, head_dim).permute(0, 1, 4, 2, 5, 3, 6)
    return out.reshape(images, 70, 70, heads, head_dim)[:, :64, :64]


def run(kernel, qkv, bias, rel_h, rel_w):
    out = torch.full((*qkv.shape[:3], *qkv.shape[4:]), float("nan"), device="cuda", dtype=torch.bfloat16)
    kernel.prepare(qkv, bias, rel_h, rel_w, out, qkv.shape[4])()
    torch.cuda.synchronize()
    return out


def verify(name, kernel, images, heads, outliers):
    """The relative error; an image alone has to give the bits that it gives among others."""
    given = inputs(images, heads, kernel.head_dim, outliers)
    out, expected = run(kernel, *given), reference(*given)
    alone = torch.cat([run(kernel, image, *given[1:]) for image in given[0].split(1)])
    if not torch.equal(out, alone):
        raise SystemExit(f"{name}, {images} images: the bits depend on the batch")
    return ((out.float() - expected).norm() / expected.norm()).item()


def measure(kernels, images, heads, pause):
    given = inputs(images, heads, kernels["portable"].head_dim)
    out = torch.empty_like(given[0][:, :, :, 0])
    return medians({name: kernel.prepare(*given, out, heads) for name, kernel in kernels.items()}, pause)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pause", type=float, default=0)
    parser.add_argument("--batches", default="8,1")
    options = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.zeros(1, device="cuda")
    kinds = {"portable": (Portable, load("portable/window_attention.cu")), "sm_90a": (Hopper, load("encoder/window_attention.cu"))}
    for model, (heads, head_dim) in MODELS.items():
        kernels = {name: kind(module, head_dim) for name, (kind, module) in kinds.items()}
        for name, kernel in kernels.items():
            errors = [verify(f"{name} {model}", kernel, images, heads, outliers) for images in (1, 3) for outliers in (False, True)]
            print(f"{model} {name}: errors", " ".join(f"{error:.2e}" for error in errors), flush=True)
            if not max(errors) < 3e-3:
                raise SystemExit(f"{name} {model} is wrong")
        for images in map(int, options.batches.split(",")):
            megabytes = images * 4096 * 4 * heads * head_dim * 2 / 1e6
            for name, time in measure(kernels, images, heads, options.pause).items():
                print(f"{model} batch {images} {name}: {time:.4f} ms, {megabytes / time:.0f} GB/s", flush=True)


if __name__ == "__main__":
    main()
