#!/usr/bin/env python3
"""Packs a checkpoint in int8, dense and 2:4 sparse, on a GPU machine that has no ONNX Runtime to calibrate with. For timings only: the constants of
proj's and lin2's inputs come from one image of noise through blocks whose attention is over all tokens, without relative positions.

    python3 bench/gpu_packed_model.py vit_h.safetensors FOLDER     writes FOLDER/int8.safetensors, int8-sparse24-mlp.safetensors, int8-sparse24-all.safetensors

Needs: pip install torch safetensors.
"""
import pathlib
import re
import sys

import torch
from safetensors.torch import load_file, save_file

from gpu_packed_linear import Weight

LINEARS = ("attn.qkv", "attn.proj", "mlp.lin1", "mlp.lin2")
F = torch.nn.functional


def inputs(t, heads):
    """The largest magnitude of every input of proj and lin2."""
    w = {k: v.cuda().float() for k, v in t.items() if k.startswith("image_encoder")}
    torch.manual_seed(0)
    width, largest = w["image_encoder.pos_embed"].shape[-1], {}
    pixels = torch.randn(1, 3, 1024, 1024, device="cuda")
    x = F.conv2d(pixels, w["image_encoder.patch_embed.proj.weight"], w["image_encoder.patch_embed.proj.bias"], stride=16)
    x = (x.permute(0, 2, 3, 1) + w["image_encoder.pos_embed"]).reshape(4096, width)
    depth = 1 + max(int(re.search(r"blocks.(\d+)", k)[1]) for k in w if "blocks" in k)
    for i in range(depth):
        b = f"image_encoder.blocks.{i}."
        linear = lambda name, v: F.linear(v, w[b + name + ".weight"], w[b + name + ".bias"])
        norm = lambda name, v: F.layer_norm(v, (width,), w[b + name + ".weight"], w[b + name + ".bias"], 1e-6)
        q, k, v = linear("attn.qkv", norm("norm1", x)).reshape(4096, 3, heads, -1).permute(1, 2, 0, 3)
        attended = F.scaled_dot_product_attention(q, k, v).permute(1, 0, 2).reshape(4096, width)
        largest[b + "attn.proj"] = attended.abs().amax(0)
        x = x + linear("attn.proj", attended)
        hidden = F.gelu(linear("mlp.lin1", norm("norm2", x)))
        largest[b + "mlp.lin2"] = hidden.abs().amax(0)
        x = x + linear("mlp.lin2", hidden)
    return largest


def packed(t, largest, sparse):
    out = {}
    for name, value in t.items():
        module = name.removesuffix(".weight")
        if not name.endswith(".weight") or not module.endswith(LINEARS):
            out[name] = value.bfloat16()
            continue
        weight = value.cuda().float()
        if module in largest:  # one constant for all inputs, as exponent 0 of org.samfast.convert.InputScales
            scale = torch.full_like(largest[module], largest[module].max() / 127)
            out[name + ".input_scales"] = scale.cpu()
            weight = weight * scale
        kept = None
        if module.endswith(sparse):
            groups = weight.reshape(weight.shape[0], -1, 4)
            kept = groups.abs().topk(2, dim=2).indices.sort(dim=2).values
            weight = torch.zeros_like(groups).scatter_(2, kept, groups.gather(2, kept)).reshape(weight.shape)
        scales = weight.abs().amax(1) / 127
        as_stored = Weight((weight / scales[:, None]).round(), True, kept)
        out[name + ".values"], out[name + ".scales"] = as_stored.values.cpu(), scales.cpu()
        if kept is not None:
            out[name + ".metadata"] = as_stored.metadata.cpu()
    return {k: v.contiguous() for k, v in out.items()}


def main():
    model, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    t = load_file(model)
    width = t["image_encoder.pos_embed"].shape[-1]
    heads = width // t["image_encoder.blocks.0.attn.rel_pos_h"].shape[1]
    largest = inputs(t, heads)
    folder.mkdir(parents=True, exist_ok=True)
    for name, sparse in (("int8", ()), ("int8-sparse24-mlp", ("lin1", "lin2")), ("int8-sparse24-all", LINEARS)):
        metadata = {"sam.layout": "1", "sam.precision": name, "sam.calibration": "an image of noise"}
        save_file(packed(t, largest, sparse), folder / f"{name}.safetensors", metadata)


if __name__ == "__main__":
    with torch.no_grad():
        main()
