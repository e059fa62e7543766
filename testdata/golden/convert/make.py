"""Makes the fixtures of the conversion tests; run: python make.py

rounding.safetensors, made by torch: f32 values (ties of bf16 and fp16, subnormal, large, random) and their casts.
metadata.safetensors, made from the description of wgmma.mma_async.sp (PTX ISA) thread by thread, as the GPU reads it, and not
tensor by tensor, as the packer writes it: nibbles [rows][columns / 4] with every legal one, and the words for bf16 and int8.
"""
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

HERE = Path(__file__).parent
LEGAL = np.array([0x4, 0x8, 0x9, 0xC, 0xD, 0xE], np.uint8)


def rounding():
    g = torch.Generator().manual_seed(6)
    bits = torch.tensor([0x3F808000, 0x3F818000, 0x3F808001, 0x3F807FFF, 0x00008000, 0x00018000, 0x80008000, 0x007FFFFF, 0x00000001, 0x7F7F7FFF,
                         0x3F801000, 0x3F803000, 0x3F801001, 0x33000000, 0x33800000, 0x33000001, 0x477FE000, 0x477FEFFF, 0x387FFFFF, 0x38800000],
                        dtype=torch.int64).to(torch.int32)
    values = torch.cat([bits.view(torch.float32), torch.randn(200, generator=g) * 3, torch.randn(100, generator=g) * 1e-6])
    values = torch.cat([values, -values])
    small = values[values.abs() < 65520]
    save_file({"f32": values, "bf16": values.bfloat16(), "small": small, "fp16": small.half()}, HERE / "rounding.safetensors",
              metadata={"made by": f"make.py, torch {torch.__version__}"})


def words(nibbles, rows, columns, int8):
    padded = -(-columns // (128 if int8 else 64)) * (128 if int8 else 64)
    full = np.full((-(-rows // 64) * 64, padded // 4), 0x4, np.uint64)  # what is not there: columns 0 and 1
    full[:rows, : columns // 4] = nibbles
    out = np.zeros((full.shape[0] // 64, padded // 64, 128), np.uint64)
    for tile in range(out.shape[0]):
        for block in range(out.shape[1]):
            part = full[64 * tile : 64 * tile + 64, 16 * block : 16 * block + 16]
            for thread in range(128):
                warp, lane = divmod(thread, 32)
                top = 16 * warp + lane // 4
                if int8:  # lane & 1: the row, lane & 2: which 32 of the 64 columns
                    chosen = part[top + 8 * (lane & 1), 8 * (lane >> 1 & 1) :][:8]
                else:  # lane & 2: which k32 step, lane & 1: which 16 of its columns; both rows in one word
                    first = 8 * (lane >> 1 & 1) + 4 * (lane & 1)
                    chosen = np.concatenate([part[top, first : first + 4], part[top + 8, first : first + 4]])
                out[tile, block, thread] = sum(int(n) << 4 * i for i, n in enumerate(chosen))
    return torch.from_numpy(out.astype(np.uint32).view(np.int32))


def metadata():
    rng = np.random.default_rng(6)
    rows, columns = 72, 192  # neither fills its last tile
    nibbles = LEGAL[rng.integers(0, 6, (rows, columns // 4))]
    nibbles[:2, :6], nibbles[70:, -6:] = LEGAL, LEGAL
    save_file({"nibbles": torch.from_numpy(nibbles), "bf16": words(nibbles, rows, columns, False), "int8": words(nibbles, rows, columns, True)},
              HERE / "metadata.safetensors", metadata={"made by": "make.py"})


rounding()
metadata()
