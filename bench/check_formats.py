"""Reads what sam segment wrote in all formats by independent programs and compares it with the PNG masks:
    sam segment PHOTO --points ... --out FOLDER --format png,merged,index,cutout,coco,rle,polygons,yolo,geojson [--tolerance 0]
    python bench/check_formats.py FOLDER PHOTO... [--exact]
Needs numpy, pillow, pycocotools and shapely. No world files beside the photos. --exact: outlines of --tolerance 0."""
import json
import pathlib
import sys

import numpy as np
from PIL import Image, ImageOps
from pycocotools import mask as rle
from pycocotools.coco import COCO
from shapely.geometry import Polygon, shape

LEAST_IOU = 0.98
failed = 0


def check(name, good, what=""):
    global failed
    failed += not good
    print(f"{'ok  ' if good else 'FAIL'} {name} {what}")


def iou(a, b):
    return (a & b).sum() / max(1, (a | b).sum())


def fill(rings, size):
    """Pixels whose centres are inside by the even-odd rule; rings of (x, y)."""
    width, height = size
    flips = np.zeros((height, width + 1), int)
    for ring in rings:
        for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1]):
            if y0 > y1:
                x0, y0, x1, y1 = x1, y1, x0, y0
            for y in range(max(0, int(np.ceil(y0 - 0.5))), min(height, int(np.ceil(y1 - 0.5)))):
                x = x0 + (y + 0.5 - y0) * (x1 - x0) / (y1 - y0)
                flips[y, min(width, max(0, int(np.ceil(x - 0.5 - 1e-9))))] += 1
    return np.cumsum(flips, 1)[:, :-1] % 2 == 1


def outlines(name, rings, mask, exact):
    drawn = fill(rings, mask.shape[::-1])
    same = (drawn == mask).all() if exact else iou(drawn, mask) >= LEAST_IOU
    check(name, same, f"IoU {iou(drawn, mask):.4f}")


def polygons(name, found, mask, exact):
    check(name + " valid", all(p.is_valid for p in found), f"{len(found)} polygons")
    area = sum(p.area for p in found)
    if exact:
        check(name + " area", area == mask.sum(), f"{area} of {mask.sum()}")
    rings = [list(r.coords)[:-1] for p in found for r in [p.exterior, *p.interiors]]
    outlines(name, rings, mask, exact)


def image(folder, photo, exact):
    stem = photo.stem
    pixels = np.asarray(ImageOps.exif_transpose(Image.open(photo)).convert("RGB"))
    names = [f"{stem}.mask.png"] + [f"{stem}.obj{k}.mask.png" for k in range(2, 999)]
    names = [n for n in names if (folder / n).exists()]
    masks = [np.asarray(Image.open(folder / n)) for n in names]
    check(f"{stem} png", all(set(np.unique(m)) <= {0, 255} for m in masks), f"{len(masks)} masks")
    masks = [m == 255 for m in masks]
    merged = np.asarray(Image.open(folder / f"{stem}.merged.png"))
    check(f"{stem} merged", (merged == 255 * np.any(masks, 0)).all())
    numbers = np.zeros(masks[0].shape, int)
    for k in sorted(range(len(masks)), key=lambda k: -masks[k].sum()):
        numbers[masks[k]] = k + 1
    index = Image.open(folder / f"{stem}.index.png")
    check(f"{stem} index", (np.asarray(index) == numbers).all(), index.mode)
    for name, mask in zip(names, masks):
        cut = np.asarray(Image.open(folder / name.replace("mask", "cutout")))
        hard = set(np.unique(cut[..., 3])) <= {0, 255}
        check(f"{name} cutout", cut.shape[2] == 4 and (cut[..., :3][cut[..., 3] > 0] == pixels[cut[..., 3] > 0]).all()
              and (not cut[cut[..., 3] == 0].any()) and (not hard or ((cut[..., 3] == 255) == mask).all()))
    records = json.load(open(folder / f"{stem}.rle.json"))
    check(f"{stem} rle", all((rle.decode(r["segmentation"]) == m).all() and r["area"] == m.sum()
                             for r, m in zip(records, masks, strict=True)))
    for k, (record, mask) in enumerate(zip(json.load(open(folder / f"{stem}.polygons.json"))["masks"], masks, strict=True)):
        polygons(f"{stem} polygons {k + 1}", [Polygon(p["shell"], p["holes"]) for p in record["polygons"]], mask, exact)
    for k, (feature, mask) in enumerate(zip(json.load(open(folder / f"{stem}.geojson"))["features"], masks, strict=True)):
        geometry = shape(feature["geometry"])
        check(f"{stem} geojson {k + 1} MultiPolygon valid", geometry.is_valid)
        polygons(f"{stem} geojson {k + 1}", list(geometry.geoms), mask, exact)
    lines = (folder / f"{stem}.txt").read_text().splitlines()
    classes = (folder / "classes.txt").read_text().splitlines()
    height, width = masks[0].shape
    for k, (line, mask) in enumerate(zip(lines, masks, strict=True)):
        number, *xy = line.split()
        ring = [(round(float(x) * width, 3), round(float(y) * height, 3)) for x, y in zip(xy[::2], xy[1::2])]
        check(f"{stem} yolo {k + 1} class", int(number) < len(classes), classes[int(number)])
        outlines(f"{stem} yolo {k + 1}", [ring], mask, exact)
    return masks


def main():
    exact = "--exact" in sys.argv
    folder, *photos = [pathlib.Path(a) for a in sys.argv[1:] if a != "--exact"]
    coco = COCO(str(folder / "coco.json"))
    by_name = {pathlib.Path(i["file_name"]).name: i for i in coco.dataset["images"]}
    for photo in photos:
        masks = image(folder, photo, exact)
        found = coco.loadAnns(coco.getAnnIds(imgIds=[by_name[photo.name]["id"]]))
        check(f"{photo.stem} coco", all((coco.annToMask(a) == m).all() and a["area"] == m.sum()
                                        and a["bbox"] == rle.toBbox(a["segmentation"]).tolist()
                                        and a["category_id"] in coco.cats for a, m in zip(found, masks, strict=True)))
    sys.exit(failed > 0)


main()
