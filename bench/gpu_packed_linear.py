#!/usr/bin/env python3
"""Times the Linears in int8, 2:4 sparse bf16 and 2:4 sparse int8 beside torch on a Hopper GPU, and proves them against torch.

Needs nvcc and PyTorch; run in the root of a checkout: python3 bench/gpu_packed_linear.py [--pause SECONDS] [--rows 32768,4096] [--portable].
First the proof: sums of integers are exact in both, so the outputs have to be equal bit for bit, on random values, extremes, and
every legal position of the two kept of four. Then per shape of ViT-B, ViT-L and ViT-H the median TFLOP/s (of the dense product) of torch
in bf16 with bias, of torch._int_mm, and of each tiling with what follows the product in SAM, timed in turn. With --portable the same of
the portable kernels, and beside them the portable dense one.
"""
import argparse
import concurrent.futures
import ctypes
import pathlib
import subprocess
import tempfile

import torch

from gpu_kernels import BF16, MAX_SHARED, PROMOTE_256, SOURCES, Kernel as DriverKernel, check, cuda, medians
from gpu_linear import FIXED, SHAPES, SHARED

# name: rows of a consumer, columns, in turns, slabs: as in encoder/linear_*.cu
TILINGS = {"turns_128x192": (128, 192, True, 4), "turns_128x160": (128, 160, True, 5), "together_128x256": (64, 256, False, 2),
           "together_256x192": (128, 192, False, 2)}
LEGAL = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
SWIZZLES = {64: 2, 128: 3}


def matrix(tensor, box_rows, box_bytes):
    """In values of 16 bits, whatever they are."""
    rows, row_bytes = tensor.shape[0], tensor.shape[1] * tensor.element_size()
    memory = (ctypes.c_ubyte * 256)()
    value = (ctypes.c_ubyte * 128).from_address((ctypes.addressof(memory) + 127) & ~127)
    value.memory = memory
    check(cuda.cuTensorMapEncodeTiled(value, BF16, 2, ctypes.c_void_p(tensor.data_ptr()), (ctypes.c_uint64 * 2)(row_bytes // 2, rows),
                                      (ctypes.c_uint64 * 1)(row_bytes), (ctypes.c_uint32 * 2)(box_bytes // 2, box_rows),
                                      (ctypes.c_uint32 * 2)(1, 1), 0, SWIZZLES[box_bytes], PROMOTE_256, 0))
    return value


class Weight:
    """dense [n][k] float, of integers where they are to be exact; values and metadata as docs/weights-format.md has them."""

    def __init__(self, dense, int8, kept=None):
        self.n, self.k, self.int8, self.sparse = *dense.shape, int8, kept is not None
        self.dense, self.metadata = dense, None
        values = dense
        if self.sparse:
            padding = -self.k % (128 if int8 else 64)
            values = dense.reshape(self.n, self.k // 4, 4).gather(2, kept).reshape(self.n, self.k // 2)
            values = torch.nn.functional.pad(values, (0, padding // 2))
            self.metadata = self.pack(kept, padding)
        self.values = values.to(torch.int8 if int8 else torch.bfloat16).contiguous()
        if int8:  # for results in int8: row 8h + p of every 16 is the feature 2p + h
            self.pairs = self.values.reshape(self.n // 16, 8, 2, -1).transpose(1, 2).reshape(self.values.shape).contiguous()

    def pack(self, kept, padding):
        nibbles = (kept[..., 0] | kept[..., 1] << 2).long()
        nibbles = torch.nn.functional.pad(nibbles, (0, padding // 4, 0, -self.n % 64), value=4)
        bands, tiles = nibbles.shape[0] // 64, nibbles.shape[1] // 16
        # band, warp, row / 8, row % 8, tile, chunk
        nibbles = nibbles.reshape(bands, 4, 2, 8, tiles, 16)
        if self.int8:  # lane = row % 8, half of k, row / 8; eight chunks
            words = nibbles.reshape(bands, 4, 2, 8, tiles, 2, 8).permute(0, 4, 1, 3, 5, 2, 6)
        else:  # lane = row % 8, step, half; row / 8, four chunks
            words = nibbles.reshape(bands, 4, 2, 8, tiles, 4, 4).permute(0, 4, 1, 3, 5, 2, 6)
        words = words.reshape(bands, tiles, 128, 8)
        words = (words << torch.arange(0, 32, 4, device=words.device)).sum(-1)
        return words.where(words < 2**31, words - 2**32).int().contiguous()


class Kernel:
    def __init__(self, module, family, tiling, to_int8):
        rows, self.columns, in_turns, slabs = TILINGS[tiling]
        self.name = f"{family}{'_to_int8' if to_int8 else ''}_sm90_{tiling}"
        self.tiling, self.to_int8 = tiling, to_int8
        int8, sparse = "int8" in family, "sparse" in family
        self.a_row_bytes = 64 if sparse else 128
        self.tile_rows = rows if in_turns else 2 * rows
        self.slab_columns = 32 if self.columns % 64 else 64
        metadata = (self.tile_rows // 64) * 512 * (2 if int8 else 1) if sparse else 0
        stage = self.tile_rows * self.a_row_bytes + self.columns * 128 + metadata
        fixed = FIXED + 2 * slabs * 64 * self.slab_columns * (1 if to_int8 else 2)
        if int8:
            fixed += self.columns * 4 * (2 if in_turns else 1)
        self.shared = fixed + (SHARED - fixed) // stage * stage
        self.function = ctypes.c_void_p()
        check(cuda.cuModuleGetFunction(ctypes.byref(self.function), module, self.name.encode()))
        check(cuda.cuFuncSetAttribute(self.function, MAX_SHARED, self.shared))

    def prepare(self, weight, x, bias, scale, token_scale, out_scale, residual, out, act):
        (m, k), n = x.shape, weight.n
        slab_bytes = 64 if self.to_int8 else 128
        maps = [matrix(weight.pairs if self.to_int8 else weight.values, self.tile_rows, self.a_row_bytes),
                matrix(x, self.columns // 2, 128), matrix(out, self.slab_columns, slab_bytes),
                matrix(out if residual is None else residual, self.slab_columns, slab_bytes)]
        buffers = (weight.metadata, bias, scale, token_scale, out_scale)
        values = [ctypes.c_uint64(0 if b is None else b.data_ptr()) for b in buffers]
        values += [ctypes.c_int(v) for v in (m, n, k, 0 if residual is None else m, act)]
        arguments = (ctypes.c_void_p * 14)(*[ctypes.addressof(v) for v in maps + values])
        tiles = -(-n // (2 * self.tile_rows)) * -(-m // self.columns)
        grid = 2 * min(tiles, torch.cuda.get_device_properties(0).multi_processor_count // 2)
        kept = (maps, values, buffers)
        return lambda kept=kept: check(cuda.cuLaunchKernel(self.function, grid, 1, 1, 384, 1, 1, self.shared, ctypes.c_void_p(
            torch.cuda.current_stream().cuda_stream), arguments, None))


class PortableKernel:
    """As portable/packed_linear.cuh launches: 128x128 a block, three stages."""

    def __init__(self, module, family, to_int8):
        self.name, self.to_int8 = f"{family}{'_to_int8' if to_int8 else ''}", to_int8
        int8, sparse = "int8" in family, "sparse" in family
        stage = 128 * (128 + (64 if sparse else 128)) + (2 * 512 * (2 if int8 else 1) if sparse else 0)
        self.kernel = DriverKernel(module, self.name, 3 * stage)

    def prepare(self, weight, x, bias, scale, token_scale, out_scale, residual, out, act):
        (m, k), n, nothing = x.shape, weight.n, ctypes.c_uint64(0)
        values = weight.pairs if self.to_int8 else weight.values
        buffers = [nothing if b is None else b for b in (weight.metadata, bias, scale, token_scale, out_scale, residual)]
        return self.kernel.launcher((-(-n // 128), -(-m // 128), 1), 128, values, x, *buffers, out, m, n,
                                    values.shape[1] * values.element_size(), k * x.element_size(), act)


def portable_dense(module):
    """portable/linear.cu, timed beside them."""
    kernel = DriverKernel(module, "linear_bf16", 3 * 2 * 128 * 128)

    def prepare(x, weight, bias, residual, out, act):
        (m, k), n = x.shape, weight.shape[0]
        return kernel.launcher((-(-n // 128), -(-m // 128), 1), 128, x, weight, bias, ctypes.c_uint64(0) if residual is None else residual,
                               out, m, n, k, m, act)
    return prepare


def build(source, flags=()):
    with tempfile.TemporaryDirectory() as folder:
        cubin = pathlib.Path(folder) / "kernel.cubin"
        subprocess.run(["nvcc", "-std=c++17", "-O3", "-gencode=arch=compute_90a,code=sm_90a", "-cubin", "-I", SOURCES, *flags,
                        "-o", cubin, SOURCES / source], check=True)
        return cubin.read_bytes()


def load(cubin):
    module = ctypes.c_void_p()
    check(cuda.cuModuleLoadData(ctypes.byref(module), cubin))
    return module


def kernels_of(family, cubin):
    module = load(cubin)
    kernels = []
    for tiling in TILINGS:
        for to_int8 in (False, True):
            try:
                kernels.append(Kernel(module, family, tiling, to_int8))
            except RuntimeError:
                pass  # the family has no such form
    return kernels


def portable_kernels_of(family, cubin):
    module = load(cubin)
    return [PortableKernel(module, family, to_int8) for to_int8 in ((False, True) if "int8" in family else (False,))]


def random_kept(n, k):
    choice = torch.randint(0, 6, (n, k // 4), device="cuda")
    return torch.tensor(LEGAL, device="cuda")[choice]


def sparse_weight(dense, int8, kept):
    mask = torch.zeros(*dense.shape[:1], dense.shape[1] // 4, 4, device="cuda").scatter_(2, kept, 1.0).reshape(dense.shape)
    return Weight(dense * mask, int8, kept)


def round32(x):
    return x.to(torch.float32)


def expected(weight, x, bias, scale, token_scale, residual, act):
    """As the kernel rounds it, in fp32, but for GELU."""
    sums = x.double() @ weight.dense.double().T
    if weight.int8:
        y = round32(sums)
        if token_scale is not None:
            y = y * token_scale[:, None]
        y = round32(y.double() * scale.double() + bias.double())
    else:
        y = round32(sums + bias.double())
    if act:
        y = torch.nn.functional.gelu(y.double())
    return y if residual is None else y + residual.float()


def verify(kernel, weight, x, dynamic):
    m, n = x.shape[0], weight.n
    bias, scale = torch.randn(n, device="cuda"), torch.rand(n, device="cuda") * 1e-3 + 1e-4
    if not weight.int8:
        bias = bias.round()
    token_scale = torch.rand(m, device="cuda") + 0.5 if dynamic and weight.int8 else None
    residual = torch.randn(m, n, device="cuda").bfloat16()
    for act, added in ((0, None), (1, None)) if kernel.to_int8 else ((0, None), (1, None), (0, residual)):
        reference = expected(weight, x, bias, scale, token_scale, added, act)
        # of GELU's outputs the smallest would be lost in its error
        out_scale = (127 / reference.abs().amax(0).clamp_min(0.1)).float() * 1.2
        out = torch.empty(m + 2, n, device="cuda", dtype=torch.int8 if kernel.to_int8 else torch.bfloat16).fill_(77)
        kernel.prepare(weight, x, bias, scale, token_scale, out_scale, added, out[1:-1], act)()
        torch.cuda.synchronize()
        if not (out[0] == 77).all() or not (out[-1] == 77).all():
            raise SystemExit(f"{kernel.name} writes outside its output at {m}x{n}x{x.shape[1]}")
        got = out[1:-1]
        if kernel.to_int8:
            wanted = (reference.double() * out_scale.double()).round().clamp(-127, 127)
            difference = (got.double() - wanted).abs()
            bad = difference > (1 if act else 0)
            bad |= (difference.mean() > 0.02) if act else False
        elif act:
            bad = (got.double() - reference.double()).abs() > 2e-4 + reference.abs() * 2**-8
        else:
            bad = got != reference.bfloat16()
        if bad.any():
            where = bad.nonzero()[:3].tolist()
            raise SystemExit(f"{kernel.name} is wrong at {m}x{n}x{x.shape[1]}, act {act}, residual {added is not None}, dynamic {dynamic}: "
                             f"{bad.float().mean().item():.4f} of all, first {where}: {got[bad][:4].tolist()} for {reference[bad][:4].tolist()}")


def integers(rows, columns, largest):
    return torch.randint(-largest, largest + 1, (rows, columns), device="cuda").float()


def prove(family, kernels):
    int8, sparse = "int8" in family, "sparse" in family
    largest = 127 if int8 else 8
    cast = torch.int8 if int8 else torch.bfloat16
    def weight_of(dense):
        return sparse_weight(dense, int8, random_kept(*dense.shape)) if sparse else Weight(dense, int8)
    cases = []
    for m, n, k in ((1, 64, 64), (127, 144, 80), (128, 192, 64), (129, 272, 128), (4097, 784, 208), (300, 1296, 1008), (1000, 768, 768)):
        cases.append((weight_of(integers(n, k, largest)), integers(m, k, largest).to(cast)))
    # every position: the input is the identity, so the output is the weight
    k = 256
    cases.append((weight_of(integers(576, k, largest)), torch.eye(k, device="cuda").to(cast)))
    if sparse:
        for pair in LEGAL:
            kept = torch.tensor(pair, device="cuda").expand(192, k // 4, 2)
            cases.append((sparse_weight(integers(192, k, largest), int8, kept.contiguous()), torch.eye(k, device="cuda").to(cast)))
    if int8:  # the largest sums
        for sign in (1, -1):
            ones = torch.full((256, 5120), 127.0, device="cuda")
            cases.append((weight_of(ones * sign), torch.full((320, 5120), 127, device="cuda", dtype=cast)))
    for kernel in kernels:
        for weight, x in cases:
            for dynamic in (False, True) if int8 else (False,):
                verify(kernel, weight, x, dynamic)
    print(f"{family}: {len(kernels)} kernels right on {len(cases)} products", flush=True)


def measure(families, dense_bf16, m, n, k, act, with_residual, pause, rounds):
    x16, weight16 = torch.randn(m, k, device="cuda").bfloat16(), (torch.randn(n, k, device="cuda") / k**0.5).bfloat16()
    x8, weight8 = (x16 * 30).clamp(-127, 127).to(torch.int8), (weight16.float() * k**0.5 * 30).clamp(-127, 127).round()
    bias, scale = torch.randn(n, device="cuda"), torch.full((n,), 1e-3, device="cuda") / k**0.5
    tokens = None if with_residual else torch.rand(m, device="cuda")
    out_scale = torch.full((n,), 30.0, device="cuda")
    residual, bias16 = torch.randn(m, n, device="cuda").bfloat16() if with_residual else None, bias.bfloat16()
    out16, out8 = torch.empty(m, n, device="cuda", dtype=torch.bfloat16), torch.empty(m, n, device="cuda", dtype=torch.int8)
    int_mm = weight8.to(torch.int8).T
    launches = {"torch bf16, bias": lambda: torch.nn.functional.linear(x16, weight16, bias16),
                "torch._int_mm": lambda: torch._int_mm(x8, int_mm)}
    if dense_bf16 is not None:
        launches["portable bf16"] = dense_bf16(x16, weight16, bias, residual, out16, act)
    kept = random_kept(n, k)
    for family, kernels in families.items():
        int8, sparse = "int8" in family, "sparse" in family
        dense = weight8 if int8 else weight16.float()
        weight = sparse_weight(dense, int8, kept) if sparse else Weight(dense, int8)
        for kernel in kernels:
            if kernel.to_int8 and not act:
                continue
            launches[kernel.name.replace("linear_", "").replace("_sm90", "")] = kernel.prepare(
                weight, x8 if int8 else x16, bias, scale, tokens, out_scale, residual, out8 if kernel.to_int8 else out16, act)
    return {name: 2e-9 * m * n * k / time for name, time in medians(launches, pause, rounds).items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pause", type=float, default=0)
    parser.add_argument("--rows", default="32768,4096")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--families", default="linear_int8,linear_sparse24,linear_int8_sparse24")
    parser.add_argument("--portable", action="store_true")
    parser.add_argument("--flags", default="")
    options = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.manual_seed(0)
    torch.zeros(1, device="cuda")
    families = {}
    names = options.families.split(",")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        folder = "portable" if options.portable else "encoder"
        sources = [*names, "linear"] if options.portable else names
        cubins = list(pool.map(lambda name: build(f"{folder}/{name}.cu", options.flags.split()), sources))
    dense_bf16 = portable_dense(load(cubins[-1])) if options.portable else None
    for family, cubin in zip(names, cubins):
        kernels = portable_kernels_of(family, cubin) if options.portable else kernels_of(family, cubin)
        try:
            prove(family, kernels)
            families[family] = kernels
        except SystemExit as e:
            print(e, flush=True)
    for m in map(int, options.rows.split(",")):
        columns = [measure(families, dense_bf16, m, *shape, options.pause, options.rounds) for shape in SHAPES]
        names = dict.fromkeys(name for column in columns for name in column)
        print(f"{m} rows, n,k:".ljust(40), " ".join(f"{n},{k}".rjust(9) for n, k, _, _ in SHAPES))
        for name in names:
            print(name.ljust(40), " ".join(f"{column[name]:9.0f}" if name in column else " " * 9 for column in columns), flush=True)


if __name__ == "__main__":
    main()
