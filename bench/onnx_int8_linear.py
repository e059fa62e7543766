"""Times one Linear of ViT-B's encoder (4096 x 768 -> 3072) on ONNX Runtime's CPU provider: fp32 against int8 with a
scale per token and per output, as backend-onnx writes it (uint8_int8), and the same with weights without sign, which is
exact on CPUs without VNNI too (uint8_uint8). Alternates each with fp32 and prints the median of the ratios, the relative
error that rounding costs, and that beside the same integers multiplied exactly, which has to be nothing but rounding.

    python bench/onnx_int8_linear.py [--rounds 15] [--threads 2]
"""

import argparse
import statistics
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto as T, helper as h, numpy_helper as nh

ROWS, K, N = 4096, 768, 3072


def session(nodes, constants, threads):
    x = h.make_tensor_value_info("x", T.FLOAT, [ROWS, K])
    y = h.make_tensor_value_info("y", T.FLOAT, [ROWS, N])
    initializers = [nh.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = h.make_graph(nodes, "linear", [x], [y], initializers)
    opsets = [h.make_opsetid("", 20), h.make_opsetid("com.microsoft", 1)]
    model = h.make_model(graph, opset_imports=opsets, ir_version=10)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    return ort.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])


def fp32(w, threads):
    return session([h.make_node("MatMul", ["x", "w"], ["y"])], {"w": w}, threads)


def int8(weights, zero, scale, threads):
    nodes = [
        h.make_node("ReduceMax", ["x", "columns"], ["highest"]),
        h.make_node("ReduceMin", ["x", "columns"], ["lowest"]),
        h.make_node("Neg", ["lowest"], ["depth"]),
        h.make_node("Max", ["highest", "depth", "smallest"], ["magnitude"]),
        h.make_node("Div", ["magnitude", "largest"], ["scales"]),
        h.make_node("Reshape", ["scales", "flat"], ["token_scales"]),
        h.make_node("Shape", ["token_scales"], ["tokens"]),
        h.make_node("Expand", ["zero", "tokens"], ["zeros"]),
        h.make_node("QuantizeLinear", ["x", "token_scales", "zeros"], ["rounded"], axis=0),
        h.make_node("MatMulIntegerToFloat", ["rounded", "w", "one", "scale", "zero", "w_zero"], ["sums"], domain="com.microsoft"),
        h.make_node("Mul", ["sums", "scales"], ["y"]),
    ]
    constants = {
        "columns": np.array([1]), "flat": np.array([-1]), "smallest": np.float32(1e-30), "largest": np.float32(127),
        "one": np.float32(1), "zero": np.uint8(128), "w": weights, "w_zero": zero, "scale": scale,
    }
    return session(nodes, constants, threads)


def uint8_int8(q, scale, threads):
    return int8(q, np.int8(0), scale, threads)


def uint8_uint8(q, scale, threads):
    return int8((q.astype(np.int16) + 128).astype(np.uint8), np.uint8(128), scale, threads)


def exact(x, q, scale):
    tokens = np.abs(x).max(axis=1, keepdims=True) / np.float32(127)
    return np.rint(x / tokens).astype(np.float64) @ q.astype(np.float64) * tokens * scale


def seconds(run, x):
    start = time.perf_counter()
    run.run(None, {"x": x})
    return time.perf_counter() - start


def error(got, want):
    return np.linalg.norm(got - want) / np.linalg.norm(want)


def compare(name, base, candidate, x, integers, rounds):
    want, got = (run.run(None, {"x": x})[0] for run in (base, candidate))
    pairs = [(seconds(base, x), seconds(candidate, x)) for _ in range(rounds)]
    ratio = statistics.median(b / c for b, c in pairs)
    fp32_ms, int8_ms = (1e3 * statistics.median(column) for column in zip(*pairs))
    print(
        f"{name}: fp32 {fp32_ms:.1f} ms, int8 {int8_ms:.1f} ms, fp32/int8 {ratio:.2f}, "
        f"relative error {error(got, want):.1e}, beside exact sums {error(got, integers):.1e}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    random = np.random.default_rng(0)
    x = random.standard_normal((ROWS, K), dtype=np.float32)
    w = random.standard_normal((K, N), dtype=np.float32) * 0.02
    scale = (np.abs(w).max(axis=0) / 127).astype(np.float32)
    q = np.rint(w / scale).astype(np.int8)
    print(f"onnxruntime {ort.__version__}, onnx {onnx.__version__}, {args.threads} threads, {args.rounds} rounds")
    base = fp32(w, args.threads)
    for build in (uint8_int8, uint8_uint8):
        compare(build.__name__, base, build(q, scale, args.threads), x, exact(x, q, scale), args.rounds)


if __name__ == "__main__":
    main()
