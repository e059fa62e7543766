#!/usr/bin/env python3
"""Makes the golden files beside it from the oracle (transformers' SamModel, PyTorch, CPU, float32) and the built-in model.

Run in the repository's root: python3 testdata/golden/segment/make.py
Needs: pip install torch transformers safetensors pillow numpy. Made with torch 2.13.0+cpu, transformers and Pillow as named in the
metadata of each file. Whole dumps are tens of megabytes, so each tensor is thinned: every 16th channel of the image embedding,
every second row and column of the low-res logits.
"""
import pathlib, subprocess, sys, tempfile
import numpy, PIL, torch, transformers
from safetensors.numpy import load_file, save_file

here = pathlib.Path(__file__).resolve().parent
root = here.parents[2]
model, photo = root / "models/sam_vit_t.bf16.safetensors", root / "testdata/images/groceries.jpg"
mask = here / "mask_input.safetensors"
PROMPTS = {
    "point": ["--point", "400,270"],
    "points": ["--point", "400,270", "--point", "300,200,0", "--point", "420.5,300.25,1"],
    "box": ["--box", "150,100,500.5,400"],
    "points_box": ["--point", "400,270", "--box", "150,100,500.5,400"],
    "point_mask": ["--point", "400,270", "--mask-input", str(mask)],
    "mask": ["--mask-input", str(mask)],
}
thin = {
    "image_embedding": lambda t: t[:, ::16],
    "low_res_logits": lambda t: t[:, ::2, ::2],
    "iou": lambda t: t,
    "sparse_prompt": lambda t: t,
}

y, x = numpy.mgrid[0:256, 0:256].astype(numpy.float32)
blob = 8 - numpy.hypot(x - 130, y - 90) / 6
save_file({"mask_input": blob[None].astype(numpy.float32)}, mask, {"source": "a round blob, by formula"})

metadata = {
    "source": f"oracle.py run, transformers {transformers.__version__}, torch {torch.__version__}, Pillow {PIL.__version__}",
    "model": model.name, "image": photo.name, "script": "1",
}
for name, prompt in PROMPTS.items():
    with tempfile.TemporaryDirectory() as folder:
        dump = pathlib.Path(folder) / "dump.safetensors"
        subprocess.run([sys.executable, here.parent / "oracle.py", "run", "--checkpoint", model, "--image", photo, *prompt,
                        "--dump", dump], check=True)
        stages = load_file(dump)
        keep = ["low_res_logits", "iou", "sparse_prompt"] + (["image_embedding"] if name == "point" else [])
        save_file({k: numpy.ascontiguousarray(thin[k](stages[k])) for k in keep if stages[k].size}, here / f"{name}.safetensors",
                  metadata | {"prompt": " ".join(prompt).replace(str(root) + "/", "")})
