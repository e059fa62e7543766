#!/usr/bin/env python3
"""Many images with very different numbers of prompts in one command: the same files as one command per image gives.

    python3 bench/prompt_files.py --sam gpu/sam --backend cuda --scratch /tmp/prompts [--images 64] [--most 500] [--seed 0]

Cuts that many images out of the photos in testdata/images and gives each 0 to --most prompts (points, boxes, or both). One image
has no prompt and one more is not an image: the one command has to report both, do the rest and end with 1. Then every image
alone, and bytes compared. Needs numpy and Pillow. Exit status 1 where anything differs.
"""
import argparse, json, pathlib, shlex, shutil, subprocess, sys, time

import numpy
from PIL import Image

root = pathlib.Path(__file__).resolve().parents[1]


def cut(rng, photos, target):
    photo = photos[rng.integers(len(photos))]
    size = rng.integers(200, 480, 2)
    corner = [int(rng.integers(0, most - part)) for most, part in zip(photo.size, size)]
    photo.crop((*corner, corner[0] + int(size[0]), corner[1] + int(size[1]))).save(target)
    return [int(side) for side in size]


def prompt(rng, size):
    inside = lambda: [int(rng.integers(0, side)) for side in size]
    points = {"points": [[*inside(), 1] for _ in range(rng.integers(1, 4))]}
    (x0, x1), (y0, y1) = (sorted(int(v) for v in rng.choice(side, 2, replace=False)) for side in size)
    box = {"box": [x0, y0, x1, y1]}
    return [points, box, points | box][rng.integers(3)]


def make(a):
    """The images with their prompts; the last but one has none, the last is none."""
    rng = numpy.random.default_rng(a.seed)
    photos = [Image.open(path).convert("RGB") for path in sorted((root / "testdata/images").glob("*.jpg"))]
    images = {}
    for i in range(a.images):
        name = f"{i:03}.png"
        size = cut(rng, photos, a.scratch / "in" / name)
        images[name] = [prompt(rng, size) for _ in range([a.most, 1][i] if i < 2 else rng.integers(1, a.most + 1))]
    images[list(images)[-1]] = []
    (a.scratch / "in/999.png").write_text("not an image")
    images["999.png"] = [{"points": [[1, 1, 1]]}]
    return images


def segment(a, inputs, images, out):
    prompts = a.scratch / f"{out.name}.jsonl"
    prompts.write_text("".join(json.dumps({"image": name, "objects": objects}) + "\n" for name, objects in images.items() if objects))
    return subprocess.run([*shlex.split(a.sam), "segment", *map(str, inputs), "--prompts", prompts, "--format", "rle", "--out", out,
                           "--backend", a.backend, "--quiet"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sam", default=str(root / "sam"))
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--scratch", type=pathlib.Path, required=True)
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--most", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    shutil.rmtree(a.scratch, ignore_errors=True)
    (a.scratch / "in").mkdir(parents=True)
    images = make(a)

    start = time.monotonic()
    together = segment(a, [a.scratch / "in"], images, a.scratch / "together")
    print(f"{len(images)} images, {sum(map(len, images.values()))} prompts in one command: {time.monotonic() - start:.1f} s,"
          f" exit {together.returncode}\n{together.stderr}", end="")
    wrong = []
    if together.returncode != 1 or "999.png" not in together.stderr or list(images)[-2] not in together.stderr:
        wrong.append("the image without prompts and the bad one are not both reported")
    for name in list(images)[:-2]:
        alone = segment(a, [a.scratch / "in" / name], {name: images[name]}, a.scratch / "alone")
        if alone.returncode:
            wrong.append(f"{name} alone: exit {alone.returncode}: {alone.stderr}")
    one_by_one, at_once = files(a.scratch / "alone"), files(a.scratch / "together")
    wrong += [f"{name}: not the same" for name in sorted(one_by_one.keys() | at_once.keys()) if one_by_one.get(name) != at_once.get(name)]
    print(f"{len(at_once)} files, {len(wrong)} of them wrong" + "".join(f"\n{line}" for line in wrong))
    sys.exit(1 if wrong or len(at_once) < len(images) - 2 else 0)


if __name__ == "__main__":
    main()
