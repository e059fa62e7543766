"""Makes one small bad file per error of the readers of weights; run: python make.py

Made with Python 3 and torch 2.13.0 (torch only for whole_model.pth, single_tensor.pth and the legacy_* files). Nothing
here is ever executed by the tests; the two os_system files would run `echo` in a careless Python reader.
"""
import gzip
import io
import os
import pickle
import struct
import tarfile
import zipfile
from pathlib import Path

import torch

HERE = Path(__file__).parent


class Evil:
    def __reduce__(self):
        return os.system, ("echo executed",)


def put(name, data):
    (HERE / name).write_bytes(data)


def text(s):
    return b"X" + struct.pack("<I", len(s)) + s.encode()


def number(n):
    return b"\x8a" + bytes([8]) + struct.pack("<q", n)


def numbers(values):
    return b"(" + b"".join(map(number, values)) + b"t"


def tensor(key="0", storage="FloatStorage", numel=4, offset=0, size=(2, 2), stride=(2, 1)):
    storage_id = b"(" + text("storage") + b"ctorch\n" + storage.encode() + b"\n" + text(key) + text("cpu") + number(numel) + b"tQ"
    return (b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage_id + number(offset) + numbers(size) + numbers(stride)
            + b"\x89ccollections\nOrderedDict\n)RtR")


def state_dict(**tensors):
    return b"\x80\x02}(" + b"".join(text(k) + v for k, v in tensors.items()) + b"u."


def archive(pickled, storages={"0": bytes(16)}, byteorder=b"little", compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as z:
        for name, data in [("archive/data.pkl", pickled), ("archive/byteorder", byteorder)] + [(f"archive/data/{k}", v) for k, v in storages.items()]:
            z.writestr(zipfile.ZipInfo(name), data, compression)
    return out.getvalue()


def patched(data, at, new):
    return data[:at] + new + data[at + len(new):]


def zips():
    good = archive(state_dict(a=tensor(), b=tensor(key="1")), {"0": bytes(16), "1": bytes(16)})
    central = good.index(b"PK\1\2")
    second = good.index(b"PK\1\2", central + 4)
    last = good.rindex(b"PK\1\2")
    end = good.rindex(b"PK\5\6")
    put("zip_cut.pth", good[: len(good) * 2 // 3])
    put("zip_compressed.pth", archive(state_dict(a=tensor()), compression=zipfile.ZIP_DEFLATED))
    put("zip_overlap.pth", patched(good, last + 42, struct.pack("<I", struct.unpack_from("<I", good, last + 42)[0] - 40)
                                   ).replace(b"archive/byteorder", b"PK\3\4" + bytes(13)))
    put("zip_same_header_twice.pth", patched(good, second + 42, struct.pack("<I", 0)))
    put("zip_entry_past_end.pth", patched(patched(good, last + 20, struct.pack("<I", 2**31)), last + 24, struct.pack("<I", 2**31)))
    put("zip_header_elsewhere.pth", patched(good, last + 42, struct.pack("<I", 7)))
    put("zip_header_past_end.pth", patched(good, last + 42, struct.pack("<I", 2**31)))
    put("zip_named_twice.pth", good.replace(b"archive/data/1", b"archive/data/0"))
    put("zip_directory_past_end.pth", patched(good, end + 16, struct.pack("<I", 2**31)))
    put("zip_more_entries_than_records.pth", patched(good, end + 10, struct.pack("<H", 60)))
    end64 = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 10**15, 10**15, end - central, central)
    locator = b"PK\6\7" + struct.pack("<IQI", 0, end, 1)
    put("zip64_entries_1e15.pth", good[:end] + end64 + locator + good[end:])
    put("zip64_locator_astray.pth", good[:end] + end64 + b"PK\6\7" + struct.pack("<IQI", 0, 0, 1) + good[end:])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("photo.txt", "no weights")
    put("zip_of_something_else.pth", out.getvalue())
    put("big_endian.pth", archive(state_dict(a=tensor()), byteorder=b"big"))
    put("storage_missing.pth", archive(state_dict(a=tensor(key="9"))))
    put("storage_short.pth", archive(state_dict(a=tensor()), {"0": bytes(12)}))


def pickles():
    put("os_system.pth", archive(pickle.dumps({"image_encoder.pos_embed": Evil()}, protocol=2)))
    put("os_system_bare.pth", pickle.dumps(Evil(), protocol=4))
    torch.save(torch.nn.Linear(1, 1), HERE / "whole_model.pth")
    torch.save(torch.zeros(2), HERE / "single_tensor.pth")
    put("view_outside_storage.pth", archive(state_dict(a=tensor(offset=1))))
    put("view_overflows.pth", archive(state_dict(a=tensor(size=(2, 2**62), stride=(2**62, 4)))))
    put("expanded_past_2_63.pth", archive(state_dict(a=tensor(size=(2**40, 2**40), stride=(0, 0)))))
    put("stride_negative.pth", archive(state_dict(a=tensor(offset=3, stride=(-2, -1)))))
    put("dimensions_too_many.pth", archive(state_dict(a=tensor(size=(1,) * 9, stride=(1,) * 9))))
    put("storage_in_two_types.pth", archive(state_dict(a=tensor(), b=tensor(storage="HalfStorage"))))
    put("storage_called.pth", archive(b"\x80\x02ctorch\nFloatStorage\n)R."))
    put("tensor_of_text.pth", archive(b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + text("a") * 4 + b"tR."))
    put("parameter_of_text.pth", archive(b"\x80\x02ctorch._utils\n_rebuild_parameter\n(" + text("a") + b"tR."))
    put("string_1e15.pth", archive(b"\x80\x04\x8d" + struct.pack("<Q", 10**15)))
    put("nested_too_deep.pth", archive(b"\x80\x02" + b"(" * 300 + b"."))
    put("memo_unknown.pth", archive(b"\x80\x02h\x05."))
    put("stack_empty.pth", archive(b"\x80\x02R."))
    put("group_not_opened.pth", archive(b"\x80\x02t."))
    put("opcode_unknown.pth", archive(b"\x80\x02iposix\nsystem\n."))
    put("protocol_unknown.pth", archive(b"\x80\x09}."))
    put("key_is_a_list.pth", archive(b"\x80\x02}]Ns."))
    put("append_to_number.pth", archive(b"\x80\x02K\x01K\x02a."))
    put("item_of_number.pth", archive(b"\x80\x02K\x01K\x02K\x03s."))
    put("state_of_number.pth", archive(b"\x80\x02K\x01}b."))
    put("call_of_number.pth", archive(b"\x80\x02K\x01)R."))
    put("global_of_numbers.pth", archive(b"\x80\x04K\x01K\x02\x93."))
    put("reference_to_module.pth", archive(b"\x80\x02(" + text("module") + b"NNNNtQ."))
    put("ordered_dict_of_number.pth", archive(b"\x80\x02ccollections\nOrderedDict\nK\x01\x85R."))
    put("ordered_dict_of_triples.pth", archive(b"\x80\x02ccollections\nOrderedDict\n]]a\x85R."))
    put("pickle_cut.pth", archive(state_dict(a=tensor())[:-9]))


def legacy():
    out = io.BytesIO()
    torch.save({"a": torch.arange(6.0)}, out, _use_new_zipfile_serialization=False)
    good = out.getvalue()
    put("legacy_cut.pth", good[:-5])
    put("legacy_big_endian.pth", good.replace(b"little_endian" + good[good.index(b"little_endian") + 13:][:2] + b"\x88",
                                              b"little_endian" + good[good.index(b"little_endian") + 13:][:2] + b"\x89"))
    put("legacy_version.pth", good.replace(b"M\xe9\x03.", b"M\xea\x03."))
    put("legacy_other_size.pth", good[:-32] + struct.pack("<q", 4) + good[-24:])
    put("legacy_keys_not_a_list.pth", good[: good.rindex(b"\x80\x02]")] + b"\x80\x02}.")
    put("legacy_key_unknown.pth", good[: good.rindex(b"\x80\x02]")] + b"\x80\x02](" + text("7") + b"e." + struct.pack("<q", 1) + bytes(4))
    put("legacy_key_missing.pth", good[: good.rindex(b"\x80\x02]")] + b"\x80\x02].")
    view = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + number(4) + b"(" + text("1") + number(3) + number(2) + b"ttQ"
    put("storage_view_outside.pth", archive(b"\x80\x02" + view + b"."))


def safetensors(header, data=b""):
    header = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(header)) + header + data


def entry(dtype="F32", shape="[2]", offsets="[0,8]"):
    return f'{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}'


def safetensors_files():
    put("header_1e15.safetensors", struct.pack("<Q", 10**15) + b'{"a":{}}')
    put("header_length_negative.safetensors", struct.pack("<q", -1) + b'{"a":{}}')
    put("not_json.safetensors", safetensors('{"a": oops}'))
    put("json_cut.safetensors", safetensors('{"a":' + entry()[:-10], bytes(8)))
    put("json_goes_on.safetensors", safetensors('{"a":' + entry() + "} {}", bytes(8)))
    put("json_of_number.safetensors", safetensors('{"a":1}'))
    put("json_deep.safetensors", safetensors('{"a":{"shape":' + "[" * 300 + "]" * 300 + "}}"))
    put("metadata_of_number.safetensors", safetensors('{"__metadata__":{"a":1}}'))
    put("name_twice.safetensors", safetensors('{"a":' + entry() + ',"a":' + entry() + "}", bytes(8)))
    put("offsets_overlap.safetensors", safetensors('{"a":' + entry() + ',"b":' + entry(offsets="[4,12]") + "}", bytes(12)))
    put("offsets_hole.safetensors", safetensors('{"a":' + entry() + ',"b":' + entry(offsets="[12,20]") + "}", bytes(20)))
    put("offsets_descending.safetensors", safetensors('{"a":' + entry(offsets="[8,0]") + "}", bytes(8)))
    put("offsets_missing.safetensors", safetensors('{"a":{"dtype":"F32","shape":[2]}}', bytes(8)))
    put("data_cut.safetensors", safetensors('{"a":' + entry() + "}", bytes(6)))
    put("data_left_over.safetensors", safetensors('{"a":' + entry() + "}", bytes(9)))
    put("span_other_than_shape.safetensors", safetensors('{"a":' + entry(shape="[3]") + "}", bytes(8)))
    put("shape_overflows.safetensors", safetensors('{"a":' + entry(shape="[4294967296,4294967296,2]") + "}", bytes(8)))
    put("shape_negative.safetensors", safetensors('{"a":' + entry(shape="[-2]") + "}", bytes(8)))
    put("shape_of_fractions.safetensors", safetensors('{"a":' + entry(shape="[2.0]") + "}", bytes(8)))
    put("shape_past_2_63.safetensors", safetensors('{"a":' + entry(shape="[9223372036854775808]") + "}", bytes(8)))
    put("shape_missing.safetensors", safetensors('{"a":{"dtype":"F32","data_offsets":[0,4]}}', bytes(4)))
    put("dtype_unknown.safetensors", safetensors('{"a":' + entry(dtype="Q4_K") + "}", bytes(8)))
    put("dtype_number.safetensors", safetensors('{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}', bytes(8)))
    put("field_unknown.safetensors", safetensors('{"a":{"type":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)))


def not_weights():
    put("empty.pth", b"")
    put("text.pth", b"These are not the weights you are looking for.\n")
    put("web_page.pth", b"\n<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n")
    put("lfs_pointer.safetensors", b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 375042383\n")
    put("gzip.pth", gzip.compress(b"weights", mtime=0))
    put("zeros.pth", bytes(64))
    put("unknown.pth", bytes(range(0x10, 0x30)) + b"\xff\xfe")
    put("bare_pickle.pth", pickle.dumps({"a": 1}, protocol=2))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("storages"), io.BytesIO())
    put("tar.pth", out.getvalue()[:1024])


def npy(header, data=bytes(8), version=1):
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header.encode() + data


def npy_files():
    array = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n"
    put("not_numpy.npy", b"These are not arrays.")
    put("float64.npy", npy(array % ("<f8", "False", "(1,)")))
    put("fortran.npy", npy(array % ("<f4", "True", "(2,)")))
    put("objects.npy", npy(array % ("|O", "False", "(1,)")))
    put("cut.npy", npy(array % ("<f4", "False", "(3,)")))
    put("shape_overflows.npy", npy(array % ("<f4", "False", "(4294967296, 4294967296, 2)")))
    put("shape_too_long.npy", npy(array % ("<f4", "False", "(1, 1, 1, 1, 1, 1, 1, 1, 2)")))
    put("header_is_code.npy", npy("__import__('os').system('echo executed')"))
    put("header_4_gb.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}")
    put("version_9.npy", npy("{}", version=9))


if __name__ == "__main__":
    zips()
    pickles()
    legacy()
    safetensors_files()
    not_weights()
    npy_files()
