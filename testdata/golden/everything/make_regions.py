#!/usr/bin/env python3
"""Makes regions.tsv beside it: components, filled holes and removed islands of masks made by formula, by OpenCV.

Run anywhere: python3 testdata/golden/everything/make_regions.py
Needs: pip install opencv-python-headless numpy. Made with OpenCV 5.0.0, numpy 2.4.6.
Columns: width height seed min_area | components, area of the largest, its the corner x,y of its box | first 16 digits of the SHA-256 after filling holes, after removing islands
"""
import hashlib, pathlib
import cv2, numpy


def speckles(width, height, seed):
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.int64)
    return ((x * x * (seed + 3) + y * y * 7 + x * y * 5) % 101 < 18 + 5 * seed).astype(numpy.uint8)


def blobs(width, height, seed):
    y, x = numpy.mgrid[0:height, 0:width]
    x, y = x // 3, y // 2
    return ((x * (seed + 5) + y * 7 + x * y) % 11 < seed).astype(numpy.uint8)


def components(mask):
    count, labels, stats, _ = cv2.connectedComponentsWithStats(numpy.ascontiguousarray(mask), 8)
    return labels, stats[1:count, cv2.CC_STAT_AREA], stats[1:count]


def filled(mask, least):
    labels, sizes, _ = components(1 - mask)
    small = [i + 1 for i, size in enumerate(sizes) if size < least]
    return numpy.where(numpy.isin(labels, small), 1, mask).astype(numpy.uint8)


def cleared(mask, least):
    labels, sizes, _ = components(mask)
    kept = [i + 1 for i, size in enumerate(sizes) if size >= least]
    if len(sizes) and not kept:
        kept = [int(numpy.argmax(sizes)) + 1]
    return numpy.isin(labels, kept).astype(numpy.uint8)


def sha256(mask):
    return hashlib.sha256(mask.tobytes()).hexdigest()[:16]


rows = []
for kind in (speckles, blobs):
    for width, height in ((1, 1), (7, 5), (64, 33), (301, 200), (1, 90), (90, 1)):
        for seed in range(12):
            mask = kind(width, height, seed)
            _, sizes, stats = components(mask)
            best = int(numpy.argmax(sizes)) if len(sizes) else -1
            largest = f"{sizes[best]}\t{stats[best][0]},{stats[best][1]}" if len(sizes) else "0\t-"
            for least in (4, 30, 100000):
                rows.append(f"{kind.__name__}\t{width}\t{height}\t{seed}\t{least}\t{len(sizes)}\t{largest}"
                            f"\t{sha256(filled(mask, least))}\t{sha256(cleared(mask, least))}")
(pathlib.Path(__file__).resolve().parent / "regions.tsv").write_text("\n".join(rows) + "\n")
