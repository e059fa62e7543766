#!/usr/bin/env python3
"""How fast `sam segment FOLDER` goes on a GPU, from JPEGs to run lengths, and where its time goes.

    python3 bench/gpu_folder.py --sam gpu/sam --weights vit_h.safetensors --encoder-rate 99 --scratch /tmp/gpu_folder

Makes --different photos of 1800x1200 (smooth coloured noise, JPEG quality 90), links them until there are --images, and asks for
8 points on each: one run with --format rle per line of --java-opts and --batch. Checks that every image has its file of 8 masks
and that links of one photo have the same. Prints the rate of the whole command and of the part after the first 100 images,
that rate's share of --encoder-rate, and what a mean image spends in every step; "segment" is the time of its whole batch,
"busy" the share of the time in which a batch was in the backend. Needs numpy and Pillow. Exit status 1 where a check fails.
"""
import argparse, concurrent.futures, hashlib, json, os, pathlib, re, shlex, shutil, subprocess, sys, threading, time

import numpy
from PIL import Image

POINTS = [word for i in range(8) for word in ("--points", f"{200 + 200 * i},{150 + 120 * i}")]
WARM_UP = 100


def make_photo(target, seed):
    rng = numpy.random.default_rng(seed)
    layers = [Image.fromarray(rng.integers(0, 256, (h, w, 3), dtype=numpy.uint8)).resize((1800, 1200), Image.BICUBIC)
              for h, w in ((8, 12), (60, 90), (300, 450))]
    smooth = Image.blend(Image.blend(layers[0], layers[1], 0.3), layers[2], 0.1)
    smooth.save(target, quality=90)


def make_photos(folder, images, different):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with concurrent.futures.ProcessPoolExecutor() as pool:
        list(pool.map(make_photo, [folder / f"{i:04}.jpg" for i in range(different)], range(different)))
    for i in range(different, images):
        os.link(folder / f"{i % different:04}.jpg", folder / f"{i:04}.jpg")


def run(a, photos, out, batch, java_opts):
    """Seconds of the whole command, when each image was done, and the steps that --verbose told."""
    command = [*shlex.split(a.sam), "segment", photos, *POINTS, "--format", "rle", "--out", out, "--weights", a.weights,
               "--backend", a.backend, "--batch", batch, "--verbose"]
    environment = dict(os.environ, SAM_JAVA_OPTS=java_opts)
    start = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env=environment)
    errors = []
    reader = threading.Thread(target=lambda: errors.extend(process.stderr))
    reader.start()
    lines = [time.monotonic() - start for _ in process.stdout]
    code = process.wait()
    reader.join()
    if code:
        sys.exit(f"exit {code}: {''.join(errors)[-2000:]}")
    steps = [[(name, float(seconds)) for name, seconds in re.findall(r"([a-z ]+?) ([\d.]+) s", line[len("time: "):])]
             for line in errors if line.startswith("time: ")]
    return time.monotonic() - start, lines[7::8], steps


def check(out, images, different):
    seen = {}
    for i in range(images):
        content = (out / f"{i:04}.rle.json").read_bytes()
        record = json.loads(content)
        masks = record if isinstance(record, list) else next(v for v in record.values() if isinstance(v, list))
        assert len(masks) == 8, f"{i}: {len(masks)} masks"
        digest = hashlib.sha256(json.dumps([m.get("counts", m.get("segmentation")) for m in masks]).encode()).hexdigest()
        assert seen.setdefault(i % different, digest) == digest, f"{i:04}.jpg and its link differ"
    print(f"checked: {images} files of 8 masks, links of one photo agree, {len(set(seen.values()))} different ones", flush=True)


def report(a, label, seconds, done, steps):
    after = done[WARM_UP:] if len(done) > 2 * WARM_UP else done
    rate = (len(after) - 1) / (after[-1] - after[0])
    rest = steps[len(done) - len(after):]
    means = {}
    for image in rest:
        waits = iter(("wait to compute", "wait to write"))
        for name, value in image:
            name = name.strip()
            name = next(waits, "wait") if name == "wait" else name
            means[name] = means.get(name, 0) + value / len(rest)
    busy = means.get("segment", 0) / label["batch"] * rate
    print(json.dumps({**label, "seconds": round(seconds, 2), "per_second": round(len(done) / seconds, 1),
                      "after_warm_up_per_second": round(rate, 1), "of_encoder": round(rate / a.encoder_rate, 3),
                      "busy": round(busy, 3), "ms_of_a_mean_image": {k: round(1000 * v, 1) for k, v in means.items()}}),
          flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--sam", default="gpu/sam")
    p.add_argument("--weights", required=True)
    p.add_argument("--backend", default="cuda")
    p.add_argument("--encoder-rate", type=float, required=True, help="images a second of the encoder alone, batch 8, same machine")
    p.add_argument("--scratch", type=pathlib.Path, default=pathlib.Path("/tmp/gpu_folder"))
    p.add_argument("--images", type=int, default=1000)
    p.add_argument("--different", type=int, default=250)
    p.add_argument("--batch", default="8", help="sizes, separated by commas")
    p.add_argument("--java-opts", action="append", help="repeat it to compare; default: none")
    a = p.parse_args()
    photos = a.scratch / "photos"
    make_photos(photos, a.images, a.different)
    print(f"{a.images} images, {a.different} different, {os.cpu_count()} cores", flush=True)
    for java_opts in a.java_opts or [""]:
        for batch in map(int, a.batch.split(",")):
            out = a.scratch / "out"
            shutil.rmtree(out, ignore_errors=True)
            seconds, done, steps = run(a, photos, out, batch, java_opts)
            check(out, a.images, a.different)
            report(a, {"batch": batch, "java_opts": java_opts}, seconds, done, steps)


if __name__ == "__main__":
    main()
