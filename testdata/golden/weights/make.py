"""Makes the fixtures of the weights module's reader tests; run: python make.py

Made with torch 2.13.0, safetensors (see versions in expected.json), numpy 2. The .pth and .safetensors files hold small
tensors as torch and safetensors write them; expected.json says what torch reads back: per file and tensor its dtype,
shape, stride and float32 values as the 32-bit patterns of the floats, row-major.
"""
import json
import pickle
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np
import safetensors
import torch
from safetensors.torch import save_file

HERE = Path(__file__).parent


def tensors():
    g = torch.Generator().manual_seed(2)
    base = torch.randn(6, 10, generator=g)
    special = torch.tensor([0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, float("inf"), float("-inf"), 1e-3, 3.3895e38])
    shared = torch.arange(24, dtype=torch.float32)
    return OrderedDict(
        f32=base, f16=special.half(), bf16=special.bfloat16(), f64=base[0].double() / 3, scalar=torch.tensor(7.25),
        empty=torch.zeros(0, 4), transposed=base.t(), column=base[:, 3], block=base[1:5:2, 2:8:3],
        expanded=base[:2, :1].expand(2, 5), permuted=torch.randn(2, 3, 4, generator=g).half().permute(2, 0, 1),
        shared_head=shared[:6].view(2, 3), shared_tail=shared[20:], shared_all=shared.view(4, 6),
        parameter=torch.nn.Parameter(base[2].clone()), counts=torch.tensor([-3, 0, 2**40]), i32=torch.tensor([-7, 9], dtype=torch.int32),
        i16=torch.tensor([-300, 300], dtype=torch.int16), i8=torch.tensor([-5, 5], dtype=torch.int8),
        u8=torch.tensor([0, 200], dtype=torch.uint8), flags=torch.tensor([True, False, True]))


def describe(t):
    t = t.detach()
    values = t.float().contiguous().flatten().tolist()
    return {"dtype": str(t.dtype).removeprefix("torch."), "shape": list(t.shape), "stride": list(t.stride()),
            "bits": [struct.unpack("<i", struct.pack("<f", v))[0] for v in values]}


def main():
    expected = {"versions": {"torch": torch.__version__, "safetensors": safetensors.__version__, "numpy": np.__version__}, "files": {}}

    def written(name, state):
        expected["files"][name] = {k: describe(v) for k, v in state.items()}

    plain = tensors()
    plain._metadata = OrderedDict([("", {"version": 1})])  # what model.state_dict() carries along
    small = OrderedDict((k, plain[k]) for k in ("f32", "bf16", "transposed"))
    for name, zipped in (("zip.pth", True), ("legacy.pth", False)):
        torch.save(plain, HERE / name, _use_new_zipfile_serialization=zipped)
        written(name, torch.load(HERE / name, weights_only=True))
    (HERE / "zip64.pth").write_bytes(as_zip64((HERE / "zip.pth").read_bytes()))
    written("zip64.pth", torch.load(HERE / "zip64.pth", weights_only=True))
    for name, root in (("wrapped_model.pth", {"model": small, "epoch": 3, "loss": 0.5, "best": None, "history": [1, (2, 3)]}),
                       ("wrapped_state_dict.pth", {"state_dict": small, "optimizer": {"state": {0: {"step": torch.tensor(1.0)}}}})):
        torch.save(root, HERE / name)
        written(name, small)
    torch.save(small, HERE / "protocol4.pth", pickle_protocol=4)
    written("protocol4.pth", small)
    storage_view = OrderedDict((k, plain[k]) for k in ("shared_head", "shared_tail", "shared_all", "block"))
    torch.save({"state_dict": storage_view}, HERE / "legacy_shared.pth", _use_new_zipfile_serialization=False)
    written("legacy_shared.pth", storage_view)
    (HERE / "legacy_view.pth").write_bytes(legacy_with_view())
    written("legacy_view.pth", torch.load(HERE / "legacy_view.pth", weights_only=True))
    flat = {k: v.detach().clone().contiguous() for k, v in plain.items()}
    save_file(flat, HERE / "plain.safetensors", metadata={"format": "pt", "note": "made by make.py"})
    written("plain.safetensors", flat)
    np.save(HERE / "array.npy", plain["f32"].numpy())
    with open(HERE / "array_v2.npy", "wb") as out:
        np.lib.format.write_array(out, plain["f32"].numpy(), version=(2, 0))
    written("array.npy", {"array": plain["f32"]})
    (HERE / "expected.json").write_text(json.dumps(expected) + "\n")
    names = HERE / "hugging_face_names.txt"
    names.write_text("".join(f"{line}\n" for line in hugging_face_names()))


def as_zip64(archive):
    """The same archive as it would be past 4 GB: every size and offset in the 64-bit fields (APPNOTE.TXT 4.3.14, 4.5.3)."""
    end = archive.rindex(b"PK\5\6")
    count, _, start = struct.unpack_from("<HII", archive, end + 10)
    directory, at = b"", start
    for _ in range(count):
        compressed, size, name_length, extra_length = struct.unpack_from("<IIHH", archive, at + 20)
        (header,) = struct.unpack_from("<I", archive, at + 42)
        name = archive[at + 46 : at + 46 + name_length]
        extra = struct.pack("<HHQQQ", 1, 24, size, compressed, header)
        directory += (archive[at : at + 20] + b"\xff" * 8 + struct.pack("<HH", name_length, len(extra)) + archive[at + 32 : at + 42]
                      + b"\xff" * 4 + name + extra)
        at += 46 + name_length + extra_length
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(directory), start)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, start + len(directory), 1)
    return archive[:start] + directory + end64 + locator + b"PK\5\6" + bytes(4) + b"\xff" * 12 + bytes(2)


def legacy_with_view():
    """What PyTorch 0.4 wrote for a tensor whose storage is a view of another; today's torch only reads it."""
    def text(t):
        return b"X" + struct.pack("<I", len(t)) + t.encode()

    def tensor(view, size, stride):
        storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + b"K\x0c" + view + b"tQ"
        return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x01" + size + stride + b"\x89ccollections\nOrderedDict\n)RtR"

    whole = tensor(b"N", b"K\x04K\x02\x86", b"K\x02K\x01\x86")
    view = tensor(b"(" + text("1") + b"K\x04K\x07t", b"K\x02K\x03\x86", b"K\x03K\x01\x86")
    head = [0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}]
    return (b"".join(pickle.dumps(o, 2) for o in head) + b"\x80\x02}(" + text("whole") + whole + text("view") + view + b"u."
            + pickle.dumps(["0"], 2) + struct.pack("<q12f", 12, *range(12)))


def hugging_face_names():
    """Every parameter of transformers' SamModel with two encoder layers, one windowed and one global: name and shape."""
    from transformers import SamConfig, SamModel, SamVisionConfig
    vision = SamVisionConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=2, mlp_dim=128, global_attn_indexes=[1])
    model = SamModel(SamConfig(vision_config=vision.to_dict()))
    return [f"{name} {','.join(map(str, p.shape))}" for name, p in sorted(model.state_dict().items())]


if __name__ == "__main__":
    main()
