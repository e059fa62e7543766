"""What the scripts that time CUDA kernels beside PyTorch share: the driver by ctypes, tensor maps, times by CUDA events."""
import ctypes
import pathlib
import random
import subprocess
import tempfile
import time

import torch

SOURCES = pathlib.Path(__file__).resolve().parent.parent / "backend-cuda/src/main/cuda"
BF16, PROMOTE_256, MAX_SHARED = 9, 3, 8
SWIZZLES = {16: 1, 32: 2, 64: 3}
cuda = ctypes.CDLL("libcuda.so.1")


def check(result):
    if result:
        raise RuntimeError(f"CUDA error {result}")


def tensor_map(tensor, rows, columns, box_rows, box_columns):
    """Of a row-major bf16 matrix."""
    memory = (ctypes.c_ubyte * 256)()
    value = (ctypes.c_ubyte * 128).from_address((ctypes.addressof(memory) + 127) & ~127)
    value.memory = memory
    check(cuda.cuTensorMapEncodeTiled(value, BF16, 2, ctypes.c_void_p(tensor.data_ptr()), (ctypes.c_uint64 * 2)(columns, rows),
                                      (ctypes.c_uint64 * 1)(columns * 2), (ctypes.c_uint32 * 2)(box_columns, box_rows),
                                      (ctypes.c_uint32 * 2)(1, 1), 0, SWIZZLES[box_columns], PROMOTE_256, 0))
    return value


def load(source, *flags):
    """The module compiled from a .cu, of SOURCES unless the path is absolute."""
    with tempfile.TemporaryDirectory() as folder:
        cubin = pathlib.Path(folder) / "kernel.cubin"
        subprocess.run(["nvcc", "-std=c++17", "-O3", "-gencode=arch=compute_90a,code=sm_90a", "-cubin", *flags, "-I", SOURCES,
                        "-o", cubin, SOURCES / source], check=True)
        module = ctypes.c_void_p()
        check(cuda.cuModuleLoadData(ctypes.byref(module), cubin.read_bytes()))
    return module


class Kernel:
    def __init__(self, module, entry, shared):
        self.shared, self.function = shared, ctypes.c_void_p()
        check(cuda.cuModuleGetFunction(ctypes.byref(self.function), module, entry.encode()))
        check(cuda.cuFuncSetAttribute(self.function, MAX_SHARED, shared))

    def launcher(self, grid, threads, *arguments):
        """A function that launches: a tensor is passed as pointer, an int as int, a tensor map by value."""
        values = [ctypes.c_uint64(a.data_ptr()) if isinstance(a, torch.Tensor) else ctypes.c_int(a) if isinstance(a, int) else a
                  for a in arguments]
        addresses = (ctypes.c_void_p * len(values))(*[ctypes.addressof(v) for v in values])

        def launch(kept=(values, arguments)):
            stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)
            check(cuda.cuLaunchKernel(self.function, *grid, threads, 1, 1, self.shared, stream, addresses, None))
        return launch


def milliseconds(launch, pause):
    """Of one of six launches, in a graph: launched from Python one by one, a kernel of 10 us would wait for the next launch."""
    time.sleep(pause)
    launch()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(6):
            launch()
    start, end = torch.cuda.Event(True), torch.cuda.Event(True)
    graph.replay()
    start.record()
    graph.replay()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / 6


def medians(launches, pause, rounds=11):
    """Milliseconds of each launch by name, all in turn, in an order drawn anew for each round."""
    times = {name: [] for name in launches}
    for _ in range(rounds):
        for name in random.sample(list(launches), len(launches)):
            times[name].append(milliseconds(launches[name], pause))
    return {name: sorted(all_times)[rounds // 2] for name, all_times in times.items()}
