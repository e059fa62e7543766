#!/usr/bin/env python3
"""Exports checkpoints by `sam convert --to onnx` and holds the files against the ONNX specification and the oracle.

    python3 bench/onnx_export.py [--sam ./sam] [CHECKPOINT...]        default: the model that comes with sam

Per checkpoint: onnx.checker accepts both files (full check, shapes inferred), all operators are ONNX's own, the decoder's
inputs and outputs are those of the original's export script, and Python's onnxruntime computes what testdata/golden/oracle.py does (PyTorch,
an independent implementation): three photos; a click, a box, a click in a box, a click with a mask. Prints a line per check;
exit status 1 where one fails. Needs: pip install torch transformers safetensors pillow numpy onnx onnxruntime.
"""
import argparse, pathlib, subprocess, sys, tempfile

import numpy, onnx, onnxruntime
from safetensors.numpy import load_file, save_file

ROOT = pathlib.Path(__file__).resolve().parents[1]
ORACLE = ROOT / "testdata/golden/oracle.py"
INPUTS = ["image_embeddings", "point_coords", "point_labels", "mask_input", "has_mask_input", "orig_im_size"]
OUTPUTS = ["masks", "iou_predictions", "low_res_masks"]
PHOTOS = {"groceries.jpg": ((400, 270), (330, 150, 520, 400)), "dog.jpg": ((250, 200), (100, 100, 400, 400)),
          "truck.jpg": ((500, 375), (75, 275, 1725, 850))}
BOUNDS = {"embedding": 1e-4, "low-res logits": 1e-3, "iou": 1e-3}
MASK_IOU = 0.999

failed = False


def check(name, holds, said):
    global failed
    failed |= not holds
    print(f"{'ok  ' if holds else 'FAIL'} {name}: {said}", flush=True)


def check_file(file, inputs, outputs):
    onnx.checker.check_model(str(file), full_check=True)
    model = onnx.load(file, load_external_data=False)
    domains = {node.domain for node in model.graph.node} | {opset.domain for opset in model.opset_import}
    opsets = [opset.version for opset in model.opset_import]
    check(file.name, domains == {""}, f"checked; opset {opsets}, {len(model.graph.node)} operators of domains {domains}")
    names = [v.name for v in model.graph.input], [v.name for v in model.graph.output]
    check(f"{file.name} names", names == (inputs, outputs), f"{names}")


def prompt(point, box, scale):
    """Coordinates in the encoder's frame and labels; without a box a padding point follows, as the original has it."""
    rows = ([(*point, 1)] if point else []) + ([(*box[:2], 2), (*box[2:], 3)] if box else [(0, 0, -1)])
    rows = numpy.array(rows, numpy.float64)
    return (rows[:, :2] * scale).astype(numpy.float32)[None], rows[:, 2].astype(numpy.float32)[None]


def relative(got, want):
    return float(numpy.linalg.norm(got.astype(numpy.float64) - want) / numpy.linalg.norm(want.astype(numpy.float64)))


def iou(a, b):
    return float((a & b).sum() / max(1, (a | b).sum()))


def oracle(checkpoint, photo, point, box, mask, folder):
    command = [sys.executable, ORACLE, "run", "--checkpoint", checkpoint, "--image", photo, "--dump", folder / "want.safetensors"]
    command += ["--point", ",".join(map(str, point))] if point else []
    command += ["--box", ",".join(map(str, box))] if box else []
    command += ["--mask-input", mask] if mask else []
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
    return load_file(folder / "want.safetensors")


def check_photo(name, checkpoint, encoder, decoder, photo, folder):
    point, box = PHOTOS[photo]
    embedding = None
    logits = folder / "mask.safetensors"
    for case, p, b, m in [("click", point, None, None), ("box", None, box, None), ("click in box", point, box, None),
                          ("click, mask", point, None, logits)]:
        want = oracle(checkpoint, ROOT / "testdata/images" / photo, p, b, m, folder)
        if embedding is None:
            embedding = encoder.run(None, {"pixel_values": want["pixels"]})[0]
            error = relative(embedding, want["image_embedding"])
            check(f"{name} {photo} embedding", error <= BOUNDS["embedding"], f"relative error {error:.1e}")
            save_file({"mask_input": want["low_res_logits"][:1]}, logits)
        height, width = want["masks"].shape[1:]
        coordinates, labels = prompt(p, b, numpy.array(want["resized"].shape[1::-1]) / (width, height))
        given = load_file(logits)["mask_input"][None] if m else numpy.zeros((1, 1, 256, 256), numpy.float32)
        masks, ratings, low = decoder.run(OUTPUTS, {
            "image_embeddings": embedding, "point_coords": coordinates, "point_labels": labels, "mask_input": given,
            "has_mask_input": numpy.array([1 if m else 0], numpy.float32),
            "orig_im_size": numpy.array([height, width], numpy.float32)})
        errors = {"low-res logits": relative(low[0], want["low_res_logits"]), "iou": relative(ratings[0], want["iou"])}
        worst = min(iou(got > 0, wanted > 0) for got, wanted in zip(masks[0], want["masks"]))
        holds = masks.shape == (1, 4, height, width) and worst >= MASK_IOU and all(e <= BOUNDS[k] for k, e in errors.items())
        check(f"{name} {photo} {case}", holds, ", ".join(f"{k} {e:.1e}" for k, e in errors.items()) + f", masks' IoU >= {worst:.6f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", nargs="*", type=pathlib.Path, default=[ROOT / "models/sam_vit_t.bf16.safetensors"])
    parser.add_argument("--sam", default=str(ROOT / "sam"), help="command that starts sam")
    given = parser.parse_args()
    for checkpoint in given.checkpoints:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            subprocess.run([*given.sam.split(), "convert", str(checkpoint), str(folder / "onnx"), "--to", "onnx", "--quiet"],
                           check=True, stdout=subprocess.DEVNULL)
            check_file(folder / "onnx/encoder.onnx", ["pixel_values"], ["image_embeddings"])
            check_file(folder / "onnx/decoder.onnx", INPUTS, OUTPUTS)
            encoder, decoder = (onnxruntime.InferenceSession(folder / "onnx" / part, providers=["CPUExecutionProvider"])
                                for part in ("encoder.onnx", "decoder.onnx"))
            for photo in PHOTOS:
                check_photo(checkpoint.name, checkpoint, encoder, decoder, photo, folder)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
