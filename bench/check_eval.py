#!/usr/bin/env python3
"""Scores the masks of `sam eval --masks` once more, by pycocotools, and compares the mean IoU with sam's.

    sam eval --coco A.json --images DIR --masks found.json --json --quiet >summary.json
    python3 bench/check_eval.py --coco A.json --masks found.json --summary summary.json

Ends with 1 where a mean differs by more than 1e-6. Needs pycocotools and NumPy.
"""
import argparse
import json
import sys

import numpy as np
from pycocotools import mask as rle

TOLERANCE = 1e-6


def truth(annotation, image):
    """The annotation as run lengths, as pycocotools.coco.COCO.annToRLE makes them."""
    shape = annotation["segmentation"]
    if isinstance(shape, list):
        return rle.merge(rle.frPyObjects(shape, image["height"], image["width"]))
    if isinstance(shape["counts"], list):
        return rle.frPyObjects({"size": [image["height"], image["width"]], **shape}, image["height"], image["width"])
    return {"size": [image["height"], image["width"]], "counts": shape["counts"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--coco", required=True)
    parser.add_argument("--masks", required=True)
    parser.add_argument("--summary", required=True, help="the output of sam eval --json")
    arguments = parser.parse_args()
    with open(arguments.coco) as file:
        coco = json.load(file)
    images = {image["id"]: image for image in coco["images"]}
    annotations = {annotation["id"]: annotation for annotation in coco["annotations"]}
    iou = {}
    with open(arguments.masks) as file:
        for found in json.load(file):
            expected = truth(annotations[found["annotation_id"]], images[found["image_id"]])
            value = rle.iou([found["segmentation"]], [expected], [0])[0][0]
            iou.setdefault(found["prompt"], []).append(value)
    with open(arguments.summary) as file:
        summary = json.load(file)
    wrong = set(summary["mean_iou"]) != set(iou)
    for prompt, claimed in summary["mean_iou"].items():
        mean = float(np.mean(iou.get(prompt, [np.nan])))
        off = abs(mean - claimed)
        print(f"{prompt:12} sam {claimed:.9f}  pycocotools {mean:.9f}  difference {off:.1e}")
        wrong |= not off <= TOLERANCE or len(iou[prompt]) != summary["annotations"]
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
