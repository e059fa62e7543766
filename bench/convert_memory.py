#!/usr/bin/env python3
"""Peak anonymous memory (RssAnon, sampled every 20 ms) of `sam convert`, per target format.

    python3 bench/convert_memory.py MODEL --sam ./sam [--to bf16 int8 bf16-sparse24]
"""
import argparse, pathlib, re, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[1]


def anonymous_mb(pid):
    """0 once the process has ended: a zombie's status names no RssAnon."""
    try:
        found = re.search(r"RssAnon:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return int(found[1]) / 1000 if found else 0.0


def peak(command):
    start, highest = time.time(), 0.0
    # The launcher execs java, so the pid stays; a launcher that forks would show as a peak of a few MB.
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        highest = max(highest, anonymous_mb(process.pid))
        time.sleep(0.02)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit {process.returncode}")
    return highest, time.time() - start


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("model")
    p.add_argument("--sam", default=str(ROOT / "sam"))
    p.add_argument("--to", nargs="+", default=["bf16", "int8", "bf16-sparse24"])
    a = p.parse_args()
    for to in a.to:
        with tempfile.TemporaryDirectory() as folder:
            highest, seconds = peak([a.sam, "convert", a.model, f"{folder}/out.safetensors", "--to", to, "--quiet"])
        print(f"{to}: peak RssAnon {highest:.0f} MB, {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    main()
