#!/usr/bin/env python3
"""Everything mode on the CPU: segment-anything's own SamAutomaticMaskGenerator in PyTorch against `sam segment --everything`, alternating.

    python3 bench/cpu_everything.py SEGMENT_ANYTHING [--image FILE] [--points-per-side 32] [--rounds 3] [--sam ./sam]

SEGMENT_ANYTHING is a checkout of that repository at dca509f, elsewhere. Both run the built-in model in float32 on all cores, thresholds 0.5 and
0.8, everything else by default; both times are from pixels in memory to COCO run lengths (ours is the step "generate" of --verbose, with a JVM
that has just started), without loading the model. Memory is the peak of anonymous memory of sam's whole process.
Needs what testdata/golden/everything/make.py needs, and a built sam.
"""
import argparse, json, os, pathlib, re, statistics, subprocess, sys, tempfile, threading, time

parser = argparse.ArgumentParser()
parser.add_argument("peer")
parser.add_argument("--image", default="testdata/images/groceries.jpg")
parser.add_argument("--points-per-side", type=int, default=32)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--sam", default="./sam")
options = parser.parse_args()
root = pathlib.Path(__file__).resolve().parents[1]
sys.argv = ["make.py", options.peer]
sys.path.insert(0, str(root / "testdata/golden/everything"))
import cv2, make, torch
from segment_anything import SamAutomaticMaskGenerator

torch.set_num_threads(len(os.sched_getaffinity(0)))
generator = SamAutomaticMaskGenerator(make.vit_t(), points_per_side=options.points_per_side, pred_iou_thresh=0.5, stability_score_thresh=0.8,
                                      output_mode="coco_rle")
pixels = cv2.cvtColor(cv2.imread(options.image), cv2.COLOR_BGR2RGB)


def theirs():
    start = time.time()
    records = generator.generate(pixels)
    return time.time() - start, len(records)


def peak_anonymous(process, peak):
    while process.poll() is None:
        try:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            peak[0] = max(peak[0], int(re.search(r"RssAnon:\s+(\d+)", status)[1]))
        except (OSError, TypeError):
            pass
        time.sleep(0.05)


def ours():
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [options.sam, "segment", options.image, "--everything", "--backend", "onnx", "--points-per-side", str(options.points_per_side),
             "--pred-iou-thresh", "0.5", "--stability-score-thresh", "0.8", "--convert-to-rle", "--out", folder, "--verbose"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        peak = [0]
        watch = threading.Thread(target=peak_anonymous, args=(process, peak))
        watch.start()
        _, said = process.communicate()
        watch.join()
        assert process.returncode == 0, said
        records = json.loads(next(pathlib.Path(folder).glob("*.json")).read_text())
        return float(re.search(r"generate ([\d.]+) s", said)[1]), len(records), peak[0] / 1024


ours()  # stores the optimised graphs
rows = []
for round in range(options.rounds):
    a, b = theirs(), ours()
    rows.append((a[0], b[0]))
    print(f"round {round + 1}: segment-anything {a[0]:.1f} s, {a[1]} masks; sam {b[0]:.1f} s, {b[1]} masks, peak {b[2]:.0f} MB anonymous; "
          f"ratio {b[0] / a[0]:.2f}", flush=True)
print(f"median: segment-anything {statistics.median(r[0] for r in rows):.1f} s, sam {statistics.median(r[1] for r in rows):.1f} s, "
      f"ratio {statistics.median(r[1] / r[0] for r in rows):.2f}")
