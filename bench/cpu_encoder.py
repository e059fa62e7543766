#!/usr/bin/env python3
"""The image encoder on the CPU against its rivals, alternating in one run so that a noisy machine is noisy for all of them:
PyTorch eager (transformers' SamModel, fp32), ONNX Runtime on the plain torch.onnx export of it, and ours from Java.

    mvn -q -DskipTests package && python3 bench/cpu_encoder.py CHECKPOINT.pth [--rounds 9]

Needs: pip install torch transformers onnx onnxruntime safetensors pillow; Java 25 on the path or in JAVA_HOME.
Prints every round, then medians, ranges and ratios. Peak anonymous memory: of each rival in a process of its own (--memory).
"""
import argparse, os, pathlib, statistics, subprocess, sys, tempfile, threading, time

root = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(root / "testdata/golden"))


def class_path():
    """Short on purpose: the jar's manifest names the others, and ONNX Runtime 1.29 crashes past 4 kB of command line."""
    return os.pathsep.join([str(root / "backend-onnx/target/test-classes"), str(root / "cli/target/sam/lib/samfast-cli.jar")])


class Ours:
    name = "sam (ONNX Runtime from Java)"

    def __init__(self, checkpoint, pixels, folder):
        from safetensors.numpy import save_file
        save_file({"pixels": pixels}, f"{folder}/pixels.safetensors")
        java = os.path.join(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else "java"
        self.process = subprocess.Popen(
            [java, "--enable-native-access=ALL-UNNAMED", "-cp", class_path(), "org.samfast.onnx.EncoderTiming", checkpoint,
             f"{folder}/pixels.safetensors", f"{folder}/cache"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def run(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        seconds, first, norm = map(float, self.process.stdout.readline().split())
        return seconds, first, norm

    def pid(self):
        return self.process.pid


def timed(function):
    import numpy
    start = time.time()
    value = function()
    seconds = time.time() - start
    return seconds, float(value.flat[0]), float(numpy.linalg.norm(value.astype(numpy.float64)))


class Torch:
    name = "PyTorch eager"

    def __init__(self, checkpoint, pixels, folder):
        import oracle, torch
        torch.set_grad_enabled(False)
        self.encoder, self.pixels = oracle.load_checkpoint(checkpoint).vision_encoder, torch.from_numpy(pixels)

    def run(self):
        return timed(lambda: self.encoder(self.pixels).last_hidden_state.numpy())

    def pid(self):
        return os.getpid()


class Export:
    name = "ONNX Runtime, plain export"

    def __init__(self, checkpoint, pixels, folder):
        import onnxruntime
        path = f"{folder}/plain.onnx"
        subprocess.run([sys.executable, __file__, checkpoint, "--export", path], check=True, stdout=subprocess.DEVNULL)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = os.cpu_count()
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.feed = {self.session.get_inputs()[0].name: pixels}

    def run(self):
        return timed(lambda: self.session.run(None, self.feed)[0])

    def pid(self):
        return os.getpid()


def export(checkpoint, path):
    import oracle, torch
    torch.set_grad_enabled(False)

    class Encoder(torch.nn.Module):
        def __init__(self, encoder):
            super().__init__()
            self.encoder = encoder

        def forward(self, pixels):
            return self.encoder(pixels).last_hidden_state

    encoder = Encoder(oracle.load_checkpoint(checkpoint).vision_encoder)
    torch.onnx.export(encoder, (torch.zeros(1, 3, 1024, 1024),), path, opset_version=20, dynamo=False)


class PeakAnonymous(threading.Thread):
    """The most anonymous memory that a process had, looked at fifty times a second; mapped files do not count."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.megabytes = pid, 0
        self.start()

    def run(self):
        while True:
            with open(f"/proc/{self.pid}/status") as status:
                now = next(int(line.split()[1]) // 1024 for line in status if line.startswith("RssAnon"))
            self.megabytes = max(self.megabytes, now)
            time.sleep(0.02)


def pixels():
    import numpy
    return numpy.random.default_rng(1).standard_normal((1, 3, 1024, 1024), dtype=numpy.float32)


RIVALS = {"torch": Torch, "export": Export, "ours": Ours}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("checkpoint")
    p.add_argument("--rounds", type=int, default=9)
    p.add_argument("--rivals", default=",".join(RIVALS), help="which to run, of " + ", ".join(RIVALS))
    p.add_argument("--export", help=argparse.SUPPRESS)
    p.add_argument("--memory", choices=RIVALS, help="only this one: its peak anonymous memory over two runs")
    a = p.parse_args()
    if a.export:
        return export(a.checkpoint, a.export)
    with tempfile.TemporaryDirectory() as folder:
        if a.memory:
            one = RIVALS[a.memory](a.checkpoint, pixels(), folder)
            peak = PeakAnonymous(one.pid())
            one.run(), one.run()
            return print(f"{one.name}: peak {peak.megabytes} MB anonymous")
        rivals = [kind(a.checkpoint, pixels(), folder) for kind in (RIVALS[name] for name in a.rivals.split(","))]
        for rival in rivals:
            print(f"{rival.name}: warm-up, first value and norm {rival.run()[1:]}", flush=True)
        times = {rival.name: [] for rival in rivals}
        for _ in range(a.rounds):
            for rival in rivals:
                times[rival.name].append(rival.run()[0])
            print("  ".join(f"{name} {seconds[-1]:.2f} s" for name, seconds in times.items()), flush=True)
        medians = {name: statistics.median(seconds) for name, seconds in times.items()}
        for name, seconds in times.items():
            ratio = medians[name] / medians[Ours.name]
            print(f"{name}: median {medians[name]:.2f} s ({min(seconds):.2f} to {max(seconds):.2f}), {ratio:.2f} times ours")


if __name__ == "__main__":
    main()
