#!/usr/bin/env python3
"""Compares everything mode's output with the golden records of the original.

    sam amg --input testdata/images/dog.jpg --output out --points-per-side 16 --pred-iou-thresh 0.5 --stability-score-thresh 0.8 \\
        --points-per-batch 16 [--min-mask-region-area 100]          # and once more with --convert-to-rle
    python3 testdata/golden/everything/compare.py testdata/golden/everything/dog_16_0.tsv out/dog out/dog.json [100]

Prints how many masks are the same pixel for pixel, in the same place and with numbers within 1e-3, and each of the others with its distance to
the thresholds. Exit code 1 where pycocotools decodes a run length to other pixels than its PNG has, or the CSV is not the JSON's.
Needs: pip install pycocotools opencv-python-headless numpy.
"""
import csv, json, pathlib, sys
import cv2, numpy
from pycocotools import mask as coco

golden, folder, records = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), json.loads(pathlib.Path(sys.argv[3]).read_text())
area = sys.argv[4] if len(sys.argv) > 4 else "0"
lines = [line.split("\t") for line in golden.read_text().splitlines()]
options = json.loads(lines[0][1])["options"]
floats = lambda text: [float(v) for v in text.split(",")]
want = [{"bbox": floats(l[2]), "point": floats(l[3]), "iou": float(l[4]), "stability": float(l[5]), "crop": floats(l[6]), "counts": l[7],
         "written": l[2:4] + l[6:7]} for l in lines[1:] if l[0] == area]
size = records[0]["segmentation"]["size"] if records else None
decode = lambda counts: coco.decode({"size": size, "counts": counts})

rows = list(csv.DictReader(open(folder / "metadata.csv")))
broken = [] if len(rows) == len(records) else ["metadata.csv and the JSON have other numbers of masks"]
got = []
for id, record in enumerate(records):
    mask = decode(record["segmentation"]["counts"])
    png = cv2.imread(str(folder / f"{id}.png"), cv2.IMREAD_UNCHANGED)
    if png.shape != mask.shape or (png != 255 * mask).any():
        broken.append(f"{id}.png is not what pycocotools decodes")
    row = rows[id]
    written = [",".join(row[k] for k in ks.split()) for ks in ("bbox_x0 bbox_y0 bbox_w bbox_h", "point_input_x point_input_y",
                                                               "crop_box_x0 crop_box_y0 crop_box_w crop_box_h")]
    if int(row["area"]) != record["area"] or record["area"] != int(mask.sum()) or [str(v) for v in record["bbox"]] != written[0].split(","):
        broken.append(f"row {id} of metadata.csv is not the JSON's record")
    got.append({"bbox": record["bbox"], "point": record["point_coords"][0], "iou": record["predicted_iou"], "stability": record["stability_score"],
                "crop": record["crop_box"], "counts": record["segmentation"]["counts"], "written": written, "mask": mask})

identical = placed = close = spelled = 0
lost, pixels, taken = [], [], set()
for index, w in enumerate(want):
    mask = decode(w["counts"]) if got else None
    alike = [i for i, g in enumerate(got) if i not in taken and g["point"] == w["point"] and g["crop"] == w["crop"] and abs(g["iou"] - w["iou"]) < 1e-3]
    if not alike:
        lost.append(w)
        continue
    best = min(alike, key=lambda i: (got[i]["mask"] != mask).sum())
    taken.add(best)
    g, differ = got[best], int((got[best]["mask"] != mask).sum())
    identical += differ == 0
    pixels += [f"mask {index}: {differ} of {int(mask.sum())} pixels"] if differ else []
    placed += best == index
    spelled += g["written"] == w["written"]
    close += abs(g["iou"] - w["iou"]) <= 1e-3 and abs(g["stability"] - w["stability"]) <= 1e-3
more = [g for i, g in enumerate(got) if i not in taken]
print(f"{golden.name} min area {area}: {len(want)} masks, ours {len(got)}; found {len(want) - len(lost)}, pixels identical {identical}, numbers within 1e-3 {close}, "
      f"same place in the list {placed}, boxes and points spelled the same {spelled}")
for text in pixels:
    print("  other pixels:", text)
near = lambda m: (f"point {m['point']} crop {m['crop']} predicted IoU {m['iou']:.5f} ({m['iou'] - options.get('pred_iou_thresh', 0.88):+.5f} from its threshold), "
                  f"stability {m['stability']:.5f} ({m['stability'] - options.get('stability_score_thresh', 0.95):+.5f})")
for title, masks in (("not found", lost), ("not in the original", more)):
    for m in masks:
        print(f"  {title}: {near(m)}")
for text in broken:
    print("  BROKEN:", text)
sys.exit(bool(broken))
