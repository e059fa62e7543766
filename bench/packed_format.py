#!/usr/bin/env python3
"""Checks what `sam convert` writes with Python alone: torch's casts bit for bit, packed files expanded by docs/weights-format.md against
`--to fp32` of the same file, reports against their schema. And how long the conversion to bf16 takes, beside torch.

    python3 bench/packed_format.py MODEL.pth|MODEL.safetensors --sam ./sam [--time ROUNDS]

Needs: pip install torch safetensors numpy jsonschema.
"""
import argparse, json, os, pathlib, statistics, subprocess, sys, tempfile, time

import numpy as np
import torch
from safetensors.torch import load_file, save_file

ROOT = pathlib.Path(__file__).resolve().parents[1]
TYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
PACKED = ("int8", "bf16-sparse24", "int8-sparse24")


def load(path):
    return load_file(path) if str(path).endswith(".safetensors") else torch.load(path, weights_only=True)


def bits(metadata, rows, columns, int8):
    """Per row and four columns the four bits of the metadata."""
    r, c = np.meshgrid(np.arange(rows), np.arange(columns // 4), indexing="ij")
    lane = r % 8 * 4 + np.where(int8, c % 16 // 8 * 2 + r % 16 // 8, c % 16 // 4)
    words = metadata.view(np.uint32)[r // 64, c // 16, r % 64 // 16 * 32 + lane]
    return words >> np.where(int8, c % 8 * 4, r % 16 // 8 * 16 + c % 4 * 4).astype(np.uint32) & 15


def dense(packed, name, shape):
    values = packed[name + ".values"]
    int8, out, (rows, columns) = values.dtype == torch.int8, values.float().numpy(), shape
    if name + ".metadata" in packed:
        kept = bits(packed[name + ".metadata"].numpy(), rows, columns, int8)
        values, out, at = out, np.zeros((rows, columns), np.float32), 4 * np.arange(columns // 4)
        row = np.arange(rows)[:, None]
        out[row, at + (kept & 3)] = values[:, 0 : columns // 2 : 2]
        out[row, at + (kept >> 2)] = values[:, 1 : columns // 2 : 2]
    if int8:
        out = out * packed[name + ".scales"].numpy()[:, None]
        if name + ".input_scales" in packed:
            out = out / packed[name + ".input_scales"].numpy()
    return out


def check(sam, model, folder, schema):
    source = load(model)
    for to, dtype in TYPES.items():
        out = load_file(convert(sam, model, f"{folder}/{to}.safetensors", to, schema))
        assert set(out) == set(source)
        assert all(torch.equal(out[k].view(torch.uint8), source[k].to(dtype).contiguous().view(torch.uint8)) for k in source if source[k].dim())
        print(f"{to}: {len(out)} tensors, each bit torch's", flush=True)
    for to in PACKED:
        for layers in ("mlp", "all") if "sparse" in to else ("mlp",):
            path = convert(sam, model, f"{folder}/{to}-{layers}.safetensors", to, schema, "--sparse-layers", layers)
            packed, back = load_file(path), load_file(convert(sam, path, f"{folder}/{to}-{layers}-back.safetensors", "fp32", schema))
            names = [k for k in source if k + ".values" in packed]
            for name in source:
                want = dense(packed, name, source[name].shape) if name in names else source[name].bfloat16().float().numpy()
                assert np.array_equal(want, back[name].numpy()), name
            print(f"{to}, {layers}: {len(names)} Linears packed, expanded by hand and by sam alike; {os.path.getsize(path) / 1e6:.1f} MB", flush=True)


def convert(sam, model, out, to, schema, *more):
    import jsonschema
    subprocess.run([sam, "convert", model, out, "--to", to, "--report", out + ".json", *more], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    jsonschema.validate(json.load(open(out + ".json")), schema)
    return out


PYTHON = "import sys, torch; from safetensors.torch import save_file; save_file({k: v.bfloat16() for k, v in torch.load(sys.argv[1], weights_only=True).items()}, sys.argv[2])"


def timed(sam, model, folder, rounds):
    """Whole processes, and torch's three calls alone in a process that has imported everything; alternating."""
    def process(*command):
        start = time.time()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return time.time() - start

    def inside():
        start = time.time()
        save_file({k: v.bfloat16() for k, v in load(model).items()}, f"{folder}/inside.safetensors")
        return time.time() - start

    def ours():
        pathlib.Path(f"{folder}/ours.safetensors").unlink(missing_ok=True)
        return process(sam, "convert", model, f"{folder}/ours.safetensors", "--quiet")

    rivals = {"sam convert, process": ours, "Python, process": lambda: process(sys.executable, "-c", PYTHON, model, f"{folder}/python.safetensors"),
              "torch.load, bfloat16, save_file alone": inside}
    seconds = {name: [] for name in rivals}
    for _ in range(rounds):
        for name, run in rivals.items():
            seconds[name].append(run())
    for name, each in seconds.items():
        print(f"{name}: median {statistics.median(each):.2f} s ({min(each):.2f} to {max(each):.2f})")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("model")
    p.add_argument("--sam", default=str(ROOT / "sam"))
    p.add_argument("--time", type=int, default=0, metavar="ROUNDS", help="time instead of checking")
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if a.time:
            timed(a.sam, a.model, folder, a.time)
        else:
            check(a.sam, a.model, folder, json.load(open(ROOT / "docs/convert-report.schema.json")))


if __name__ == "__main__":
    main()
