#!/usr/bin/env python3
"""Runs `sam segment` over nested folders of generated photos, some of them bad, and checks what docs and README promise:

1. it finishes with exit code 1, names every bad file and writes results for all others;
2. killed by SIGKILL at random moments and continued by --resume, it ends with the same bytes as an undisturbed run;
3. its memory does not grow after the first 50 images.

    python3 bench/folder_run.py --sam ./sam --scratch /tmp/folder_run        # 490 photos, 10 bad files, 10 kills

Needs numpy and Pillow. Prints a line per check and exits with 1 where one does not hold.
"""
import argparse
import hashlib
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

import numpy
from PIL import Image

OPTIONS = ["--points", "60,50", "--format", "png,overlay,rle,json,coco", "--quiet"]


def make_photos(root, photos, bad, seed):
    """Smooth coloured noise, sizes around 200x150, three levels of folders; bad files of every kind between them."""
    rng = numpy.random.default_rng(seed)
    folders = [root / a / b for a in ("2023", "2024", "") for b in ("spring", "summer", "a b", "")]
    for i in range(photos):
        folder = folders[i % len(folders)]
        folder.mkdir(parents=True, exist_ok=True)
        size = (150 + int(rng.integers(100)), 100 + int(rng.integers(100)))
        small = rng.integers(0, 256, (8, 10, 3), dtype=numpy.uint8)
        Image.fromarray(small).resize(size, Image.BICUBIC).save(folder / f"img{i:04}.jpg", quality=90)
    whole = (folders[0] / "img0000.jpg").read_bytes()
    broken = []
    for i in range(bad):
        file = folders[(5 * i + 1) % len(folders)] / f"bad{i:02}.jpg"
        content = [b"", b"this is text", whole[: len(whole) // 2], whole[:2] + os.urandom(400)][i % 4]
        file.write_bytes(content)
        broken.append(file)
    return broken


def contents(folder):
    files = [f for f in sorted(folder.rglob("*")) if f.is_file()]
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def sam(arguments, command, log):
    return subprocess.Popen([*command, *map(str, arguments)], stdout=log, stderr=subprocess.PIPE, text=True)


def anonymous_kib(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("RssAnon"))
    except (OSError, StopIteration):
        return 0


def undisturbed(command, photos, out):
    """One run; exit code, stderr and the anonymous memory, five times a second, beside the results so far."""
    with open(out.with_suffix(".stdout"), "w+") as log:
        process = sam(["segment", photos, *OPTIONS, "--out", out], command, log)
        memory = []
        while process.poll() is None:
            memory.append((noted(out), anonymous_kib(process.pid)))
            time.sleep(0.2)
        return process.returncode, process.stderr.read(), memory


def noted(out):
    """Images that the journal names."""
    journal = out / ".sam-journal.jsonl"
    return max(0, journal.read_bytes().count(b"\n") - 1) if journal.exists() else 0


def killed_runs(command, photos, out, kills, images, seconds, rng):
    """Kills that many runs, each at a random moment after a random share of the images, then lets the last one end."""
    killed = 0
    with open(os.devnull, "w") as log:
        for _ in range(kills):
            process = sam(["segment", photos, *OPTIONS, "--out", out, "--resume"], command, log)
            goal = noted(out) + rng.randint(0, images // (kills + 1))
            while process.poll() is None and noted(out) < goal:
                time.sleep(0.02)
            time.sleep(rng.uniform(0, 2 * seconds / images))
            killed += process.poll() is None
            process.kill()
            process.communicate()
        process = sam(["segment", photos, *OPTIONS, "--out", out, "--resume"], command, log)
        process.communicate()
    return killed, process.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sam", default="./sam", help="command that starts sam")
    parser.add_argument("--scratch", type=pathlib.Path, required=True, help="folder to work in; emptied first")
    parser.add_argument("--photos", type=int, default=490)
    parser.add_argument("--bad", type=int, default=10)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    command = given.sam.split()
    shutil.rmtree(given.scratch, ignore_errors=True)
    photos = given.scratch / "photos"
    broken = make_photos(photos, given.photos, given.bad, given.seed)
    good = True

    def check(name, holds, said=""):
        nonlocal good
        good = good and holds
        print(f"{'ok  ' if holds else 'FAIL'} {name}  {said}", flush=True)

    start = time.time()
    out = given.scratch / "out"  # the same for both runs: json results name their files
    code, stderr, memory = undisturbed(command, photos, out)
    seconds = time.time() - start
    expected = contents(out)
    out.rename(given.scratch / "undisturbed")
    masks = sum(name.endswith(".mask.png") for name in expected)
    check("exit code 1", code == 1, f"got {code} after {seconds:.0f} s")
    check("every good photo has its mask", masks == given.photos, f"{masks} of {given.photos}")
    check("every bad file is named", all(str(file) in stderr for file in broken), stderr.strip().splitlines()[-1][:100])
    early = [kib for done, kib in memory if 40 <= done <= 60]
    late = [kib for done, kib in memory if done > 60]
    if given.photos > 70 and not (early and late):
        check("memory flat after 50 images", False, "no sample around image 50 or none after")
    if early and late:
        growth = max(late) / max(early)
        check("memory flat after 50 images", growth < 1.1,
              f"anonymous {max(early) // 1024} MiB around image 50, at most {max(late) // 1024} MiB later")
    killed, code = killed_runs(command, photos, out, given.kills, given.photos, seconds,
                               random.Random(given.seed))
    got = contents(out)
    different = sorted(name for name in expected.keys() | got.keys() if expected.get(name) != got.get(name))
    check("same bytes after kills and --resume", not different and code == 1,
          f"{killed} of {given.kills} killed, {len(got)} files, different: {different[:5]}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
