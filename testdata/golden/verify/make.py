#!/usr/bin/env python3
"""Makes what `sam verify` holds a backend against, in cli/src/main/resources/org/samfast/cli/verify, from the oracle
(transformers' SamModel, PyTorch, CPU, float32), the built-in model, and a piece of a photo.

Run in the repository's root: python3 testdata/golden/verify/make.py
Needs: pip install torch transformers safetensors pillow numpy. Of every stage 1024 values are kept, evenly spread over it: value k of n
is number k * n // 1024 in row-major order; all of them where there are fewer.
"""
import pathlib, subprocess, sys, tempfile
import numpy, PIL, torch, transformers
from PIL import Image
from safetensors.numpy import load_file, save_file

here = pathlib.Path(__file__).resolve().parent
root = here.parents[2]
out = root / "cli/src/main/resources/org/samfast/cli/verify"
model = root / "models/sam_vit_t.bf16.safetensors"
POINT, BOX, SAMPLES = "150,120", "60,40,260.5,200", 1024

photo = out / "photo.png"
Image.open(root / "testdata/images/groceries.jpg").convert("RGB").crop((250, 150, 570, 390)).save(photo, optimize=True)
with tempfile.TemporaryDirectory() as folder:
    dump = pathlib.Path(folder) / "dump.safetensors"
    subprocess.run([sys.executable, here.parent / "oracle.py", "run", "--checkpoint", model, "--image", photo, "--point", POINT,
                    "--box", BOX, "--dump", dump], check=True)
    stages = load_file(dump)
kept = {}
for name, values in stages.items():
    if name in ("resized", "masks"):
        continue
    flat = values.astype(numpy.float32).ravel()
    n = min(SAMPLES, flat.size)
    kept[name] = flat[numpy.arange(n) * flat.size // n]
save_file(kept, out / "stages.safetensors", {
    "source": f"oracle.py run, transformers {transformers.__version__}, torch {torch.__version__}, Pillow {PIL.__version__}",
    "model": model.name, "point": POINT, "box": BOX})
