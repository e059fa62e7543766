#!/usr/bin/env python3
"""What each format of `sam convert` costs in mean IoU: converts a model, calibrated with the 16 images that come with sam, and scores it with
`sam eval` on the images that were not looked at, with paired bootstrap intervals of the difference to fp32.

    python3 bench/compression_accuracy.py models/sam_vit_t.bf16.safetensors --coco annotations.json --images DIR --sam ./sam [--folder KEEP] [--backend cuda]

Needs: pip install numpy safetensors. DIR holds the 64 composites (bench/results/README.md); 000 to 015 are for calibration, 016 to 063 are scored.
The backend computes what it is best at for each file, but for fp32: cuda packed Linears as they are, activations in int8 or bf16. A CPU computes int8 as it is
where it has VNNI, and otherwise packed weights' dense equivalents in fp32, where activations are never rounded. A machine that cannot calibrate goes on with files converted elsewhere.
"""
import argparse, csv, json, os, pathlib, shlex, subprocess, tempfile

import numpy as np
from safetensors import safe_open

CALIBRATION = {f"{i:03}.jpg" for i in range(16)}
FORMATS = {
    "fp32": ("--to", "fp32"), "bf16": ("--to", "bf16"), "int8": ("--to", "int8"),
    "2:4, MLP, magnitude": ("--to", "bf16-sparse24"), "2:4, MLP, calibrated": ("--to", "bf16-sparse24", "--calibrate"),
    "2:4, all, magnitude": ("--to", "bf16-sparse24", "--sparse-layers", "all"),
    "2:4, all, calibrated": ("--to", "bf16-sparse24", "--sparse-layers", "all", "--calibrate"),
    "int8 and 2:4, MLP, calibrated": ("--to", "int8-sparse24"), "int8 and 2:4, all, calibrated": ("--to", "int8-sparse24", "--sparse-layers", "all"),
}
KINDS = ("click", "click_best3", "click_single", "box")


def scored(coco, folder):
    """The annotations of the images that no calibration looks at."""
    data = json.load(open(coco))
    data["images"] = [i for i in data["images"] if pathlib.Path(i["file_name"]).name not in CALIBRATION]
    kept = {i["id"] for i in data["images"]}
    data["annotations"] = [a for a in data["annotations"] if a["image_id"] in kept]
    path = f"{folder}/scored.json"
    json.dump(data, open(path, "w"))
    return path, {pathlib.Path(i["file_name"]).name for i in data["images"]}


def evaluate(a, name, options, folder, coco, images):
    stem = name.replace(" ", "-").replace(":", "").replace(",", "")
    weights, scores = f"{folder}/{stem}.safetensors", f"{folder}/{stem}.csv"
    subprocess.run([*shlex.split(a.sam), "convert", a.model, weights, *options, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    with safe_open(weights, "pt") as file:
        seen = set((file.metadata().get("sam.calibration") or "").split()) & images
    assert not seen, f"{name} was calibrated with images that are scored: {sorted(seen)}"
    if not os.path.exists(scores):
        precision = ("--precision", "fp32") if name == "fp32" else ()
        subprocess.run([*shlex.split(a.sam), "eval", "--coco", coco, "--images", a.images, "--weights", weights, "--backend", a.backend, *precision,
                        "--per-annotation", scores], check=True, stdout=subprocess.DEVNULL)
    with open(scores) as file:
        return np.array([[float(row[kind]) for kind in KINDS] for row in csv.DictReader(file)])


def interval(difference, rng):
    """Percentiles of the mean over resampled annotations."""
    means = difference[rng.integers(0, len(difference), (10000, len(difference)))].mean(1)
    return np.percentile(means, [2.5, 97.5])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("model")
    p.add_argument("--coco", required=True)
    p.add_argument("--images", required=True)
    p.add_argument("--sam", default=str(pathlib.Path(__file__).resolve().parents[1] / "sam"))
    p.add_argument("--backend", default="onnx")
    p.add_argument("--folder", help="keep converted files and scores here, and go on with those there are")
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = a.folder or temporary
        coco, images = scored(a.coco, folder)
        rng, reference = np.random.default_rng(6), None
        print("| stored as | " + " | ".join(KINDS) + " | click, difference to fp32 | box, difference |\n|---|" + "---:|" * (len(KINDS) + 2))
        for name, options in FORMATS.items():
            iou = evaluate(a, name, options, folder, coco, images)
            reference = iou if reference is None else reference
            cells = [f"{mean:.4f}" for mean in iou.mean(0)]
            for kind in (0, 3):
                difference = iou[:, kind] - reference[:, kind]
                low, high = interval(difference, rng)
                cells.append(f"{difference.mean():+.4f} ({low:+.4f} to {high:+.4f})")
            print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
        print(f"{len(reference)} objects on {len(images)} images")


if __name__ == "__main__":
    main()
