"""Masks and what other programs say of them, for the tests of the output formats. Run in this folder:
    python make.py
with the versions in made-with.txt. Writes NAME.png (255 inside), expected.tsv, NAME.filled.png, NAME.islands.png,
NAME.largest.png and NAME.soft.png."""
import sys

import cv2
import numpy as np
import PIL
import pycocotools
import scipy
from PIL import Image
from pycocotools import mask as coco
from scipy import ndimage

EIGHT = np.ones((3, 3), int)
ISLAND_AREA, SOFT_EDGE = 20, 5.0


def blobs(seed, height, width, sigma):
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal((height, width)), sigma)
    return (noise > noise.std() * 0.3).astype(np.uint8)


def rings():
    """Rings in each other, the last open at a corner only."""
    y, x = np.mgrid[:61, :61]
    mask = ((np.hypot(x - 30, y - 30) // 5) % 2 == 0).astype(np.uint8)
    mask[30, 30] = 0
    mask[2:7, 2:7] = 1
    mask[3:6, 3:6] = 0
    mask[2, 2] = 0
    mask[6, 6] = 0
    return mask


def masks():
    yield "blobs", blobs(1, 90, 130, 4)
    yield "specks", blobs(2, 40, 50, 0.7)
    yield "noise", blobs(3, 33, 29, 0.01)
    yield "rings", rings()
    yield "checkers", (np.indices((9, 12)).sum(0) % 2).astype(np.uint8)
    yield "full", np.ones((5, 7), np.uint8)
    yield "empty", np.zeros((5, 7), np.uint8)
    yield "pixel", np.pad(np.ones((1, 1), np.uint8), ((3, 2), (0, 4)))
    yield "large", blobs(4, 300, 400, 12)


def holes(mask):
    """Holes of each 4-connected part by itself: 4-connected regions outside it but the one around."""
    parts, count = ndimage.label(mask)
    return count, sum(ndimage.label(np.pad(parts != i, 1, constant_values=True))[1] - 1 for i in range(1, count + 1))


def without_islands(mask):
    """amg.py remove_small_regions, mode 'islands'."""
    _, regions, stats, _ = cv2.connectedComponentsWithStats(mask, 8)
    sizes = stats[1:, -1]
    keep = [i + 1 for i, size in enumerate(sizes) if size >= ISLAND_AREA]
    if not keep and len(sizes):
        keep = [int(np.argmax(sizes)) + 1]
    return np.isin(regions, keep).astype(np.uint8)


def largest(mask):
    _, regions, stats, _ = cv2.connectedComponentsWithStats(mask, 8)
    return (regions == np.argmax(stats[1:, -1]) + 1).astype(np.uint8) if len(stats) > 1 else mask


def soft(mask):
    """The edge runs half a pixel before the nearest pixel of the other side; what is beyond the image has none."""
    if mask.min() == mask.max():
        return mask * 255
    depth = np.where(mask, ndimage.distance_transform_edt(mask) - 0.5, 0.5 - ndimage.distance_transform_edt(1 - mask))
    return np.floor(255 * np.clip(0.5 + depth / SOFT_EDGE, 0, 1) + 0.5).astype(np.uint8)


def save(name, values):
    Image.fromarray(values.astype(np.uint8)).save(name + ".png", optimize=True)


rows = ["name\tarea\tbbox\tparts\tholes\tcounts"]
for name, mask in masks():
    rle = coco.encode(np.asfortranarray(mask))
    box = ",".join(str(int(v)) for v in coco.toBbox(rle))
    parts, hole_count = holes(mask)
    rows.append(f"{name}\t{int(coco.area(rle))}\t{box}\t{parts}\t{hole_count}\t{rle['counts'].decode()}")
    save(name, mask * 255)
    save(name + ".filled", ndimage.binary_fill_holes(mask, EIGHT) * 255)
    save(name + ".islands", without_islands(mask) * 255)
    save(name + ".largest", largest(mask) * 255)
    save(name + ".soft", soft(mask))
open("expected.tsv", "w").write("\n".join(rows) + "\n")
open("made-with.txt", "w").write(
    f"python {sys.version.split()[0]}\nnumpy {np.__version__}\nscipy {scipy.__version__}\nopencv {cv2.__version__}\n"
    f"pillow {PIL.__version__}\npycocotools {getattr(pycocotools, '__version__', '2.0.11')}\n")
