"""Times one Linear of ViT-B's encoder (4096 x 768 -> 3072) on ONNX Runtime's CPU provider: fp32 MatMul against
integer operators with per-channel weights. Alternates the two and prints the median of the ratios.

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
CONTRIB = "com.microsoft"


def session(nodes, constants, threads):
    x = h.make_tensor_value_info("x", T.FLOAT, [ROWS, K])
    y = h.make_tensor_value_info("y", T.FLOAT, [ROWS, N])
    initializers = [nh.from_array(value, name) for name, value in constants.items()]
    graph = h.make_graph(nodes, "linear", [x], [y], initializers)
    opsets = [h.make_opsetid("", 17), h.make_opsetid(CONTRIB, 1)]
    model = h.make_model(graph, opset_imports=opsets, ir_version=8)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    return ort.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])


def fp32(w, threads):
    return session([h.make_node("MatMul", ["x", "w"], ["y"])], {"w": w}, threads)


def dynamic_quantize_matmul(q, scale, threads):
    node = h.make_node("DynamicQuantizeMatMul", ["x", "q", "s"], ["y"], domain=CONTRIB)
    return session([node], {"q": q, "s": scale}, threads)


def integer_to_float(q, scale, threads):
    nodes = [
        h.make_node("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"]),
        h.make_node("MatMulIntegerToFloat", ["xq", "q", "xs", "s", "xz"], ["y"], domain=CONTRIB),
    ]
    return session(nodes, {"q": q, "s": scale}, threads)


def seconds(run, x):
    start = time.perf_counter()
    run.run(None, {"x": x})
    return time.perf_counter() - start


def compare(name, base, candidate, x, rounds):
    want, got = (run.run(None, {"x": x})[0] for run in (base, candidate))
    error = np.linalg.norm(got - want) / np.linalg.norm(want)
    pairs = [(seconds(base, x), seconds(candidate, x)) for _ in range(rounds)]
    ratio = statistics.median(b / c for b, c in pairs)
    fp32_ms, int8_ms = (1e3 * statistics.median(column) for column in zip(*pairs))
    print(f"{name}: fp32 {fp32_ms:.1f} ms, int8 {int8_ms:.1f} ms, fp32/int8 {ratio:.2f}, relative error {error:.1e}", flush=True)


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
    for build in (dynamic_quantize_matmul, integer_to_float):
        compare(build.__name__, base, build(q, scale, args.threads), x, args.rounds)


if __name__ == "__main__":
    main()
