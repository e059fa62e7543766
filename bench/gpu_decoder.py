#!/usr/bin/env python3
"""Checks and times the mask decoder's kernels for the image's side on a Hopper GPU: decoder/attend_to_image.cu,
decoder/attend_to_projected.cu, decoder/attend_from_image.cu, decoder/absorb_tokens.cu, mask/upscale_masks.cu; all against torch in
fp64, on random data.

Needs nvcc and PyTorch; run in the root of a checkout: python3 bench/gpu_decoder.py [--pairs 256] [--flags=-DNAME ...].
Milliseconds are for that many pairs of an image and a point with 7 tokens.
"""
import argparse
import ctypes
import math

import torch

from gpu_kernels import Kernel, load, medians

TOKENS, CHANNELS, INNER, HEADS, GROUP, PARTS = 4096, 256, 128, 8, 8, 16
SCALE = 0.25 * math.log2(math.e)
NONE = ctypes.c_uint64(0)


def randn(*shape, scale=1.0):
    return scale * torch.randn(*shape, device="cuda")


def error(got, wanted):
    return ((got.double() - wanted).norm() / wanted.norm()).item()


def report(name, of, bar):
    print(f"{name}: error {of:.2e}{'' if of < bar else '   FAILED, bar ' + str(bar)}", flush=True)


def operand_order(position):
    """[4096][256] as attend_from_image takes it."""
    tiles = position.view(64, 4, 2, 8, 16, 2, 4, 2)     # tile, warp, lower, row, step, right, pair, value
    return tiles.permute(0, 4, 1, 3, 6, 5, 2, 7).contiguous()   # tile, step, warp, row, pair, right, lower, value


class Attention:
    """One cross attention with random weights, in fp32 of bf16 values where the kernels have bf16."""

    def __init__(self, pairs, counts, sources):
        self.tokens = max(counts)
        self.groups = -(-self.tokens // GROUP)
        self.pairs, self.counts = pairs, torch.tensor(counts, dtype=torch.int32, device="cuda")
        self.sources = sources
        images = pairs if sources is None else int(sources.max()) + 1
        self.keys = randn(images, TOKENS, CHANNELS).bfloat16()
        self.position = randn(TOKENS, CHANNELS, scale=0.7).bfloat16()
        self.of_tokens = randn(pairs, self.tokens, INNER, scale=2)
        self.values = randn(pairs, self.tokens, INNER)
        self.weights = [randn(INNER, CHANNELS, scale=0.06) for _ in range(3)]
        self.bias, self.gamma, self.beta = randn(CHANNELS), 1 + randn(CHANNELS, scale=0.1), randn(CHANNELS, scale=0.1)
        self.inner_bias = randn(INNER)

    def source(self, pair):
        return self.keys[pair if self.sources is None else int(self.sources[pair])].double()

    def absorbed(self, kernel, of, weight, bias, scale, heads_first, added=None, tiled=False):
        out = torch.empty(self.pairs, self.groups, 64, CHANNELS, dtype=torch.bfloat16, device="cuda")
        out_bias = torch.empty(self.pairs, self.groups, 64, device="cuda")
        launch = kernel.launcher((self.groups, self.pairs, 1), 256, of, weight, NONE if bias is None else bias, NONE if added is None else added, self.counts, out,
                                 out_bias, self.tokens, ctypes.c_float(scale), int(heads_first), int(tiled))
        launch()
        return out, out_bias, launch

    def own_keys(self):
        return self.keys if self.sources is None else self.keys[self.sources.long()]

    def pointer(self):
        return NONE if self.sources is None else self.sources

    def prepare_to(self, modules):
        absorb, attend, merge = modules
        q, _, first = self.absorbed(absorb, self.of_tokens, self.weights[0], None, SCALE, True)
        weight_v = self.weights[1].bfloat16()
        parts = torch.empty(self.pairs, self.groups, PARTS, GROUP, INNER, device="cuda")
        masses = torch.empty(self.pairs, self.groups, PARTS, 64, 2, device="cuda")
        out = torch.full((self.pairs, self.tokens, INNER), math.nan, device="cuda")
        second = attend.launcher((PARTS, self.groups, self.pairs), 128, self.own_keys(), self.position, q, weight_v, self.counts,
                                 parts, masses, self.groups)
        third = merge.launcher((self.tokens, self.pairs, 1), 128, parts, masses, self.inner_bias, self.counts, out, self.tokens,
                               self.groups)
        return [first, second, third], out, (q, parts, masses)

    def prepare_projected(self, modules):
        attend, merge = modules
        k = ((self.keys.float() + self.position.float()) @ self.weights[0].T).bfloat16()
        v = (self.keys.float() @ self.weights[1].T).bfloat16()
        parts = torch.empty(self.pairs, self.groups, PARTS, GROUP, INNER, device="cuda")
        masses = torch.empty(self.pairs, self.groups, PARTS, 64, 2, device="cuda")
        out = torch.full((self.pairs, self.tokens, INNER), math.nan, device="cuda")
        first = attend.launcher((2 * PARTS, -(-self.pairs // 8), self.groups), 128, k, v, self.sources, self.of_tokens, self.counts, parts,
                                masses, self.pairs, self.tokens, self.groups, ctypes.c_float(SCALE))
        second = merge.launcher((self.tokens, self.pairs, 1), 128, parts, masses, self.inner_bias, self.counts, out, self.tokens,
                                self.groups)
        return [first, second], out, (k, v, parts, masses)

    def wanted_to(self, pair):
        count = int(self.counts[pair])
        keys, position = self.source(pair), self.position.double()
        q = self.of_tokens[pair, :count].double().view(count, HEADS, 16).transpose(0, 1)
        k = ((keys + position) @ self.weights[0].double().T).view(TOKENS, HEADS, 16).transpose(0, 1)
        v = (keys @ self.weights[1].bfloat16().double().T + self.inner_bias.double()).view(TOKENS, HEADS, 16).transpose(0, 1)
        return ((q @ k.transpose(1, 2) / 4).softmax(-1) @ v).transpose(0, 1).reshape(count, INNER)

    def prepare_from(self, modules, splits):
        absorb, attend = modules
        k, bias, first = self.absorbed(absorb, self.of_tokens, self.weights[0], self.inner_bias, SCALE, False)
        v, _, second = self.absorbed(absorb, self.values, self.weights[2], None, 1.0, False)
        out = torch.full((self.pairs, TOKENS, CHANNELS), math.nan, dtype=torch.bfloat16, device="cuda")
        order = operand_order(self.position)
        third = attend.launcher((splits, self.pairs, 1), 256, self.keys, self.pointer(), order, k, v, bias, self.counts, self.bias, self.gamma,
                                self.beta, out, self.groups, 0)
        return [first, second, third], out, (k, v, bias, order)

    def prepare_from_projected(self, modules):
        absorb, attend = modules
        q = ((self.keys.float() + self.position.float()) @ self.weights[0].T + self.inner_bias).bfloat16()
        v, _, first = self.absorbed(absorb, self.values, self.weights[2], None, 1.0, True, self.bias, True)
        out = torch.full((self.pairs, TOKENS, CHANNELS), math.nan, dtype=torch.bfloat16, device="cuda")
        grid = (22, max(1, min(torch.cuda.get_device_properties(0).multi_processor_count // 22, self.pairs)), 1)
        second = attend.launcher(grid, 384, self.keys, q, self.sources, self.of_tokens, v, self.counts, self.gamma, self.beta, out,
                                 self.pairs, self.tokens, self.groups, ctypes.c_float(SCALE))
        return [first, second], out, (q, v)

    def wanted_from(self, pair):
        count = int(self.counts[pair])
        keys, position = self.source(pair), self.position.double()
        q = ((keys + position) @ self.weights[0].double().T + self.inner_bias.double()).view(TOKENS, HEADS, 16).transpose(0, 1)
        k = self.of_tokens[pair, :count].double().view(count, HEADS, 16).transpose(0, 1)
        v = self.values[pair, :count].double().view(count, HEADS, 16).transpose(0, 1)
        attended = ((q @ k.transpose(1, 2) / 4).softmax(-1) @ v).transpose(0, 1).reshape(TOKENS, INNER)
        sum = keys + attended @ self.weights[2].double() + self.bias.double()
        return torch.nn.functional.layer_norm(sum, (CHANNELS,), self.gamma.double(), self.beta.double(), 1e-5)


class Upscaling:
    def __init__(self, pairs):
        self.pairs = pairs
        self.keys = randn(pairs, TOKENS, CHANNELS).bfloat16()
        self.weight1 = randn(4, 64, CHANNELS, scale=0.06).bfloat16()
        self.weight2 = randn(4, 32, 64, scale=0.12).bfloat16()
        self.bias1, self.gamma, self.beta, self.bias2 = randn(64), 1 + randn(64, scale=0.1), randn(64, scale=0.1), randn(32)
        self.hyper = randn(pairs, 4, 32)
        self.logits = torch.full((pairs, 4, 256, 256), math.nan, device="cuda")

    def prepare(self, kernel):
        blocks = min(torch.cuda.get_device_properties(0).multi_processor_count, self.pairs * 64)
        return kernel.launcher((blocks, 1, 1), 512, self.keys, self.weight1, self.bias1, self.gamma, self.beta, self.weight2, self.bias2,
                               self.hyper, self.logits, self.pairs)

    def wanted(self, pair):
        x = self.keys[pair].double() @ self.weight1.double().view(256, CHANNELS).T
        x = x.view(TOKENS, 4, 64) + self.bias1.double()
        x = torch.nn.functional.layer_norm(x, (64,), self.gamma.double(), self.beta.double(), 1e-6)
        x = torch.nn.functional.gelu(x) @ self.weight2.double().view(128, 64).T
        x = torch.nn.functional.gelu(x.view(TOKENS, 4, 4, 32) + self.bias2.double()) @ self.hyper[pair].double().T
        return x.view(64, 64, 2, 2, 2, 2, 4).permute(6, 0, 2, 4, 1, 3, 5).reshape(4, 256, 256)


def check(kernels, counts, sources, splits):
    attention = Attention(len(counts), counts, sources)
    launches, out, kept = attention.prepare_to((kernels["absorb"], kernels["to"], kernels["merge"]))
    for launch in launches:
        launch()
    torch.cuda.synchronize()
    worst = max(error(out[p, :c], attention.wanted_to(p)) for p, c in enumerate(counts))
    report(f"attend_to_image, tokens {counts}", worst, 6e-3)
    assert all((out[p, c:] == 0).all() for p, c in enumerate(counts))
    if sources is not None:
        launches, out, kept = attention.prepare_projected((kernels["projected"], kernels["merge"]))
        for launch in launches:
            launch()
        torch.cuda.synchronize()
        worst = max(error(out[p, :c], attention.wanted_to(p)) for p, c in enumerate(counts))
        report(f"attend_to_projected, tokens {counts}", worst, 6e-3)
        assert all((out[p, c:] == 0).all() for p, c in enumerate(counts))
    if sources is not None:
        launches, out, kept = attention.prepare_from_projected((kernels["absorb"], kernels["from projected"]))
        for launch in launches:
            launch()
        torch.cuda.synchronize()
        few = [p for p, count in enumerate(counts) if count <= GROUP]
        report(f"attend_from_projected, tokens {counts}", max(error(out[p], attention.wanted_from(p)) for p in few), 6e-3)
        assert all(out[p].isnan().all() for p in range(len(counts)) if p not in few)
    launches, out, kept = attention.prepare_from((kernels["absorb"], kernels["from"]), splits)
    for launch in launches:
        launch()
    torch.cuda.synchronize()
    report(f"attend_from_image, tokens {counts}", max(error(out[p], attention.wanted_from(p)) for p in range(len(counts))), 6e-3)


def prepare_linears(launches, rows, flags):
    """Linears of the tokens: in fp32's precision, and rounded to bf16; (name, parts, outputs, inputs, type of inputs, of results).
    Tilings: name, rows, features, threads."""
    exact, rounding = load("decoder/token_linear.cu", *flags), load("decoder/token_linear_bf16.cu", *flags)
    f32, b16, kept = torch.float32, torch.bfloat16, []
    for name, parts, n, k, inner, outer in (
            ("linear", 3, 256, 256, f32, f32), ("linear", 1, 256, 256, f32, f32), ("linear", 1, 128, 256, f32, f32),
            ("linear", 2, 128, 256, f32, f32), ("linear", 1, 256, 128, f32, f32), ("expand", 1, 2048, 256, f32, b16),
            ("reduce", 1, 256, 2048, b16, f32)):
        for element, tiling, row_tile, feature_tile, threads in (
                (f32, "many", 32, 64, 128), (b16, "many", 32, 64, 128), (b16, "large", 64, 128, 256)):
            if tiling == "large" and k > 256:
                continue
            in_type, out_type = (f32, f32) if element is f32 else (inner, outer)
            inputs, weight, bias = randn(rows, k).to(in_type), randn(parts, n, k, scale=k ** -0.5).to(element), randn(parts, n)
            out = torch.empty(parts, rows, n, device="cuda", dtype=out_type)
            entry = "token_linear_many" if element is f32 else f"token_{name}_bf16_{tiling}"
            shared = 0 if element is f32 else (row_tile + feature_tile) * 528 * (2 if k > 256 else 1)
            kernel = Kernel(exact if element is f32 else rounding, entry, shared)
            launch = kernel.launcher((-(-n // feature_tile), -(-rows // row_tile), parts), threads, inputs, NONE, weight, bias, NONE, out,
                                     rows, n, k, k, 0, 0, n, rows * n, 0)
            launch()
            torch.cuda.synchronize()
            wanted = inputs.to(element).double() @ weight.double().transpose(1, 2) + bias.double()[:, None]
            what = f"{entry}, {parts} x {k} to {n}"
            report(what, error(out, wanted), 2e-6 if out_type is f32 else 4e-3)
            launches[what] = launch
            kept.append((inputs, weight, bias, out))
    return kept


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=256)
    parser.add_argument("--flags", nargs="*", default=[])
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.zeros(1, device="cuda")   # makes the context that the modules are loaded into
    to, of, absorb = (load(f"decoder/{name}.cu", *options.flags) for name in ("attend_to_image", "attend_from_image", "absorb_tokens"))
    projected = load("decoder/attend_to_projected.cu", *options.flags)
    from_projected = load("decoder/attend_from_projected.cu", *options.flags)
    upscale = load("mask/upscale_masks.cu", *options.flags)
    tile = CHANNELS * 2
    kernels = {
        "absorb": Kernel(absorb, "absorb_tokens", 0),
        "to": Kernel(to, "attend_to_image_bf16", 1024 + 3 * 2 * 32 * tile),
        "projected": Kernel(projected, "attend_to_projected_bf16", 1024 + 5 * 4 * 64 * 32),
        "merge": Kernel(to, "merge_attended", 0),
        "from": Kernel(of, "attend_from_image_bf16", 1024 + 6 * 64 * tile + (3 * CHANNELS + 64) * 4),
        "from projected": Kernel(from_projected, "attend_from_projected_bf16",
                                 1024 + 2 * 64 * tile + 192 * (256 + 128) * 2 + 2 * 8 * 128 * 4 + 2 * CHANNELS * 4 + 32),
        "upscale": Kernel(upscale, "upscale_masks_bf16", 1024 + 256 * tile + 128 * 128 + 2 * 64 * tile + 224 * 4),
    }
    check(kernels, [7], None, 16)
    check(kernels, [8, 6, 7, 1, 5], torch.tensor([1, 0, 1, 2, 0], dtype=torch.int32, device="cuda"), 4)
    check(kernels, [21, 8, 9, 7, 16], None, 8)
    check(kernels, [7] * 11 + [17, 8, 9], torch.tensor([0] * 9 + [2, 2, 1, 0, 2], dtype=torch.int32, device="cuda"), 8)
    upscaling = Upscaling(3)
    upscaling.prepare(kernels["upscale"])()
    torch.cuda.synchronize()
    report("upscale_masks", max(error(upscaling.logits[p], upscaling.wanted(p)) for p in range(3)), 6e-3)
    del upscaling

    pairs = options.pairs
    launches = {}
    shared = Attention(pairs, [7] * pairs, torch.zeros(pairs, dtype=torch.int32, device="cuda"))
    own = Attention(pairs, [7] * pairs, None)
    for name, attention in (("one image", shared), ("own keys", own)):
        if attention is shared:
            to_launches, _, attention.kept = attention.prepare_projected((kernels["projected"], kernels["merge"]))
            launches["attend_to_projected"] = to_launches[0]
            from_launches, _, attention.kept_from = attention.prepare_from_projected((kernels["absorb"], kernels["from projected"]))
            launches["attend_from_projected"] = from_launches[1]
        else:
            to_launches, _, attention.kept = attention.prepare_to((kernels["absorb"], kernels["to"], kernels["merge"]))
            launches["absorb_tokens"], launches["attend_to_image"], launches["merge_attended"] = to_launches
        for splits in (2, 4):
            from_launches, _, kept = attention.prepare_from((kernels["absorb"], kernels["from"]), splits)
            launches[f"attend_from_image, {name}, {splits} blocks"] = from_launches[2]
            attention.kept_too = getattr(attention, "kept_too", []) + [kept]
    long = Attention(pairs, [15] * pairs, None)
    from_launches, _, long.kept = long.prepare_from((kernels["absorb"], kernels["from"]), 4)
    launches["attend_from_image, own keys, 15 tokens"] = from_launches[2]
    upscaling = Upscaling(pairs)
    launches["upscale_masks"] = upscaling.prepare(kernels["upscale"])
    kept_linears = [prepare_linears(launches, 7 * pairs, options.flags)]
    for name, time in medians(launches, 0.02, rounds=5).items():
        print(f"{name}: {time:.3f} ms, {time * 1024 / pairs:.2f} ms per 1024", flush=True)


if __name__ == "__main__":
    main()
