#!/usr/bin/env python3
"""How fast everything mode is with weights whose ratings mean nothing (random ones), at thresholds that give it real work.

    python3 bench/gpu_everything.py --sam gpu/sam --weights vit_b.safetensors vit_h.safetensors --scratch /tmp/everything \
        --image testdata/images/truck.jpg --image testdata/images/dog.jpg

For every checkpoint and image: one run without thresholds tells what all candidates are rated; --pred-iou-thresh is then put
where --upscaled of them pass, --stability-score-thresh where --stable of those do, and `sam bench --everything` measures with
these. Duplicates stay (--box-nms-thresh 1): masks of random weights all have the same box. Ratings must be above 0, where
the thresholds work; where they are not, the bias of the rating's last layer is raised in a copy, which moves all ratings
alike. Prints counts beside times. Exit status 1 where a count is off. Needs numpy and safetensors.
"""
import argparse, json, pathlib, shlex, subprocess, sys

import numpy
from safetensors.numpy import load_file, save_file

OPEN = ["--pred-iou-thresh", "0", "--stability-score-thresh", "0"]


def sam(a, *words):
    done = subprocess.run([*shlex.split(a.sam), *map(str, words)], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"sam {' '.join(map(str, words))}: exit {done.returncode}")
    return done.stdout


def settings(a, weights):
    return ["--points-per-side", a.points_per_side, "--box-nms-thresh", "1", "--backend", a.backend, "--weights", weights]


def candidates(a, weights, image):
    """Rating and stability of all masks of the image."""
    sam(a, "segment", image, "--everything", *OPEN, *settings(a, weights), "--convert-to-rle", "--out", a.scratch, "--quiet")
    records = json.loads((a.scratch / f"{pathlib.Path(image).stem}.json").read_text())
    return numpy.array([[of["predicted_iou"], of["stability_score"]] for of in records])


def rated_above_0(a, weights):
    """The checkpoint, or a copy whose ratings are above 0 on every image."""
    lowest = min(candidates(a, weights, image)[:, 0].min() for image in a.image)
    if lowest > 0:
        return weights
    tensors = load_file(weights)
    bias = next(name for name in tensors if name.endswith("iou_prediction_head.layers.2.bias"))
    tensors[bias] = (tensors[bias] + (0.1 - lowest)).astype(tensors[bias].dtype)
    copy = a.scratch / f"{pathlib.Path(weights).stem}-rated.safetensors"
    save_file(tensors, copy)
    print(f"{weights}: ratings from {lowest:.3f}, raised above 0 in {copy}")
    return copy


def measure(a, weights, image):
    rated = candidates(a, weights, image)
    iou = float(numpy.sort(rated[:, 0])[-a.upscaled - 1])
    upscaled = rated[rated[:, 0] > iou]
    stability = float(numpy.sort(upscaled[:, 1])[-a.stable])
    found = json.loads(sam(a, "bench", "--everything", "--pred-iou-thresh", iou, "--stability-score-thresh", stability,
                           *settings(a, weights), "--image", image, "--in-flight", a.in_flight, "--rounds", a.rounds,
                           "--warmup", a.warmup, "--json"))
    result = found["result"] if "result" in found else found
    print(f"{pathlib.Path(weights).stem} {pathlib.Path(image).stem}: {len(rated)} candidates, {len(upscaled)} above {iou:.6g},"
          f" {result['masks'][0]} records at stability {stability:.6g}; alone {result['latency_ms']:.2f} ms,"
          f" {result['in_flight']} in flight {result['ms_per_image']:.2f} ms, {result['device_bytes'] / 2**30:.2f} GiB", flush=True)
    return result, len(upscaled)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sam", default="./sam")
    parser.add_argument("--backend", default="cuda")
    parser.add_argument("--weights", nargs="+", required=True)
    parser.add_argument("--image", action="append", required=True)
    parser.add_argument("--scratch", type=pathlib.Path, required=True)
    parser.add_argument("--upscaled", type=int, default=300)
    parser.add_argument("--stable", type=int, default=100)
    parser.add_argument("--points-per-side", type=int, default=32)
    parser.add_argument("--in-flight", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--warmup", type=int, default=8)
    a = parser.parse_args()
    a.scratch.mkdir(parents=True, exist_ok=True)
    right = True
    for given in a.weights:
        weights = rated_above_0(a, given)
        results = [measure(a, weights, image) for image in a.image]
        for name in ("latency_ms", "ms_per_image"):
            print(f"{pathlib.Path(given).stem}: mean {name} {numpy.mean([of[name] for of, _ in results]):.2f}")
        right &= all(abs(count - a.upscaled) <= a.upscaled // 6 and of["masks"][0] >= 0.6 * a.stable for of, count in results)
    sys.exit(0 if right else "the counts are not those that were asked for")


if __name__ == "__main__":
    main()
