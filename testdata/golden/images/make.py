#!/usr/bin/env python3
"""Makes the image fixtures of this folder: files of every format, and what Pillow and PyTorch say of them.

    python3 make.py        (needs pillow, numpy, torch, pycocotools; `made-with.txt` records the versions)

  formats/*           one file per format variant
  formats.tsv         file, width, height, SHA-256 of np.array(exif_transpose(open(file)).convert("RGB")); for samples
                      of 16 bits and more the high byte, where Pillow would clip
  resize.tsv          width, height of an image made by pattern(), resized width, height, SHA-256 of Pillow's BILINEAR
  photos.tsv          photo, SHA-256 of its pixels, of its resized pixels and of the encoder's input (float32, little endian)
  upscale.tsv         width, height, output, SHA-256 and area of the mask, norm of the logits and 8 of them, evenly
                      spread: from the low-res logits of wave(), by PyTorch
  coco.tsv            width, height, seed of blobs(), area, box, IoU with blobs((seed + 3) % 12), counts, compressed counts
  ../../broken/images files that must be refused
"""
import hashlib, io, itertools, struct, zlib
from importlib.metadata import version
from pathlib import Path

import numpy as np, PIL, torch
from PIL import Image, ImageCms, features, ImageOps, TiffImagePlugin

HERE = Path(__file__).resolve().parent
OUT = HERE / "formats"
BROKEN = HERE.parent.parent / "broken" / "images"
PHOTOS = HERE.parent.parent / "images"


def sha(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def pattern(width, height):
    """Ramps and a hash, the same as TestImages.pattern in Java."""
    x, y = np.meshgrid(np.arange(width, dtype=np.int64), np.arange(height, dtype=np.int64))
    bands = [x * 7 + y * 3, (x * x + y * 5) // 7, (x ^ y) * 11 + (x * y) % 13]
    return np.stack([b & 255 for b in bands], -1).astype(np.uint8)


def picture(width=41, height=27):
    """Colours that a photo may have: smooth, with one hard edge."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    rgb = np.stack([x, y, 0.5 + 0.5 * np.sin(6 * x + 4 * y)], -1)
    rgb[height // 3 : height // 2, width // 3 : width // 2] = [1, 0.1, 0]
    return Image.fromarray((rgb * 255).astype(np.uint8))


# --- writers for what Pillow cannot write -------------------------------------------------------------------------


def png(name, *content, **options):
    (OUT / name).write_bytes(png_bytes(*content, **options))


def png_bytes(width, height, depth, color, rows, extra=(), interlaced=False):
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = [chunk(b"IHDR", header)] + [chunk(*c) for c in extra] + [chunk(b"IDAT", body), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def packed(values, depth):
    bits = "".join(format(v, f"0{depth}b") for v in values)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def adam7(rgb):
    for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        for row in rgb[y0::dy, x0::dx]:
            if len(row):
                yield row.tobytes()


def bmp(name, width, height, bits, data, compression=0, palette=b"", masks=b"", header=40):
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 2835, 2835, len(palette) // 4, 0)
    offset = 14 + len(info) + len(masks) + len(palette)
    (OUT / name).write_bytes(struct.pack("<2sIHHI", b"BM", offset + len(data), 0, 0, offset) + info + masks + palette + data)


def bmp_rows(values, bytes_each):
    rows = [b"".join(int(v).to_bytes(bytes_each, "little") for v in row) for row in values[::-1]]
    return b"".join(row + b"\0" * (-len(row) % 4) for row in rows)


def patched(name, to, change):
    (OUT / to).write_bytes(change((OUT / name).read_bytes()))


def exif(orientation, endian="<"):
    ifd = struct.pack(endian + "HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)
    return (b"II*\0" if endian == "<" else b"MM\0*") + struct.pack(endian + "I", 8) + ifd


def profile(space):
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()
    return made[:24] + bytes(12) + made[36:]  # without the date, so that the files stay the same


# --- the format matrix --------------------------------------------------------------------------------------------


def jpegs():
    p = picture()
    save = lambda name, image=p, **o: image.save(OUT / name, "JPEG", **o)
    for label in ("444", "422", "420"):
        save(f"{label}.jpg", subsampling=":".join(label))
        save(f"{label}-progressive.jpg", subsampling=":".join(label), progressive=True)
        for w, h in ((1, 1), (2, 3), (17, 16), (16, 17), (33, 5)):
            save(f"{label}-{w}x{h}.jpg", Image.fromarray(pattern(w, h)), subsampling=":".join(label), quality=90)
    save("grey.jpg", p.convert("L"))
    save("grey-progressive.jpg", p.convert("L"), progressive=True)
    save("restart.jpg", restart_marker_blocks=2)
    save("rgb.jpg", keep_rgb=True)
    save("icc.jpg", icc_profile=profile("LAB"))
    save("cmyk.jpg", p.convert("CMYK"))
    patched("cmyk.jpg", "ycck.jpg", lambda b: b.replace(b"Adobe\0d\0\0\0\0\0", b"Adobe\0d\0\0\0\0\2"))
    patched("cmyk.jpg", "cmyk-no-adobe.jpg", lambda b: b.replace(b"\xff\xee\0\x0eAdobe", b"\xff\xef\0\x0eOther"))
    patched("420.jpg", "no-jfif.jpg", lambda b: b.replace(b"JFIF\0", b"JUNK\0", 1))
    patched("rgb.jpg", "rgb-ids.jpg", lambda b: b.replace(b"Adobe", b"Other"))
    patched("444.jpg", "other-ids.jpg", other_ids)
    patched("420.jpg", "trailing.jpg", lambda b: b + b"\0" * 40 + b[:300])
    patched("420.jpg", "fill-bytes.jpg", lambda b: b.replace(b"\xff\xdb", b"\xff\xff\xff\xdb", 1))
    patched("420.jpg", "xmp.jpg", lambda b: b[:20] + xmp_segment(6) + b[20:])
    save("square.jpg", picture(32, 32), subsampling="4:2:2")
    patched("square.jpg", "440.jpg", lambda b: b.replace(b"\x03\x01\x21\0\x02\x11", b"\x03\x01\x12\0\x02\x11"))
    for o in range(1, 9):
        save(f"orientation-{o}.jpg", picture(24, 17), exif=b"Exif\0\0" + exif(o, "<>"[o % 2]), quality=60)
    save("orientation-9.jpg", picture(24, 17), exif=b"Exif\0\0" + exif(9))
    p.save(OUT / "two-frames.jpg", "MPO", save_all=True, append_images=[p.convert("L").convert("RGB")])


def other_ids(b):
    at = b.index(b"\xff\xc0")
    b = bytearray(b)
    for i in range(3):
        b[at + 10 + 3 * i] = 10 + i
    at = b.index(b"\xff\xda")
    for i in range(3):
        b[at + 5 + 2 * i] = 10 + i
    i = b.index(b"JFIF\0")
    b[i : i + 5] = b"JUNK\0"
    return bytes(b)


def xmp_segment(orientation):
    body = b"http://ns.adobe.com/xap/1.0/\0" + b'<x:xmpmeta><rdf:Description tiff:Orientation="%d"/></x:xmpmeta>' % orientation
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def pngs():
    p = picture()
    rgb, grey = np.array(p), np.array(p.convert("L"))
    h, w = grey.shape
    alpha = p.copy()
    alpha.putalpha(Image.fromarray(pattern(w, h)[..., 0]))
    save = lambda name, image=p, **o: image.save(OUT / name, "PNG", **o)
    save("rgb.png"); save("rgba.png", alpha); save("grey.png", p.convert("L")); save("grey-alpha.png", alpha.convert("LA"))
    save("bilevel.png", p.convert("1"))
    palette = p.quantize(200)
    save("palette.png", palette); save("palette-alpha.png", palette, transparency=bytes(range(0, 200)))
    save("palette-transparent.png", palette, transparency=3)
    for bits in (1, 2, 4):
        save(f"palette-{bits}.png", p.quantize(2**bits), bits=bits)
        png(f"grey-{bits}.png", w, h, bits, 0, [packed(row >> (8 - bits), bits) for row in grey.tolist() and grey])
    save("rgb-transparent.png", transparency=(255, 25, 0)); save("grey-transparent.png", p.convert("L"), transparency=100)
    save("gamma.png", pnginfo=None, icc_profile=profile("XYZ"))
    save("orientation-6.png", exif=exif(6)); save("orientation-3.png", exif=exif(3, ">"))
    wide = lambda a: (a.astype(np.uint16) * 251 + 77).astype(">u2")
    png("rgb-16.png", w, h, 16, 2, [wide(row).tobytes() for row in rgb])
    png("rgba-16.png", w, h, 16, 6, [wide(row).tobytes() for row in np.array(alpha)])
    png("grey-alpha-16.png", w, h, 16, 4, [wide(row).tobytes() for row in np.array(alpha.convert("LA"))])
    png("grey-16.png", w, h, 16, 0, [wide(row).tobytes() for row in grey])
    png("interlaced.png", w, h, 8, 2, adam7(rgb), interlaced=True)
    png("gama.png", w, h, 8, 2, [row.tobytes() for row in rgb], extra=[(b"gAMA", struct.pack(">I", 100000))])
    save("1x1.png", picture(1, 1))


def gifs():
    p = picture()
    save = lambda name, image=p, **o: image.save(OUT / name, "GIF", **o)
    save("plain.gif", p.quantize(64)); save("interlaced.gif", p.quantize(16), interlace=1); save("grey.gif", p.convert("L"))
    save("transparent.gif", p.quantize(32), transparency=5)
    save("animated.gif", p.quantize(32), save_all=True, append_images=[p.rotate(90).quantize(32)])
    small = io.BytesIO(); picture(9, 7).quantize(8).save(small, "GIF", interlace=0)
    b = small.getvalue()
    at = b.index(b",\0\0\0\0\x09\0\x07\0")
    moved = b[:6] + struct.pack("<HH", 20, 15) + b[10:at] + struct.pack("<cHH", b",", 4, 3) + b[at + 5 :]
    (OUT / "offset.gif").write_bytes(moved)
    (OUT / "offset-background.gif").write_bytes(moved[:11] + b"\2" + moved[12:])
    (OUT / "offset-transparent.gif").write_bytes(moved.replace(b",\4\0\3\0", b"!\xf9\4\1\0\0\3\0,\4\0\3\0"))


def bmps():
    p = picture()
    rgb = np.array(p).astype(int)
    h, w = rgb.shape[:2]
    save = lambda name, image=p, **o: image.save(OUT / name, "BMP", **o)
    save("rgb.bmp"); save("grey.bmp", p.convert("L")); save("palette.bmp", p.quantize(100)); save("bilevel.bmp", p.convert("1"))
    alpha = p.copy(); alpha.putalpha(128); save("rgba.bmp", alpha)
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    bmp("555.bmp", w, h, 16, bmp_rows((r >> 3) << 10 | (g >> 3) << 5 | b >> 3, 2))
    bmp("565.bmp", w, h, 16, bmp_rows((r >> 3) << 11 | (g >> 2) << 5 | b >> 3, 2), 3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
    bmp("32.bmp", w, h, 32, bmp_rows(r << 16 | g << 8 | b, 4))
    top = (OUT / "rgb.bmp").read_bytes()
    (OUT / "top-down.bmp").write_bytes(top[:22] + struct.pack("<i", -h) + top[26:])
    index = np.array(p.quantize(16)); colors = bytes(p.quantize(16).getpalette()[:48])
    palette = b"".join(colors[i + 2 : i - 1 if i else None : -1] + b"\0" for i in range(0, 48, 3))
    rows = [packed(row, 4) for row in index[::-1]]
    bmp("palette-4.bmp", w, h, 4, b"".join(row + b"\0" * (-len(row) % 4) for row in rows), palette=palette)
    rle = b"".join(b"".join(bytes([1, v]) for v in row) + b"\0\0" for row in index[::-1]) + b"\0\1"
    bmp("rle8.bmp", w, h, 8, rle, 1, palette=palette)


def tiffs():
    p = picture()
    save = lambda name, image=p, **o: image.save(OUT / name, "TIFF", **o)
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        save(f"rgb-{compression.removeprefix('tiff_')}.tif", compression=compression)
    alpha = p.copy(); alpha.putalpha(128)
    save("rgba.tif", alpha); save("grey.tif", p.convert("L")); save("palette.tif", p.quantize(50)); save("cmyk.tif", p.convert("CMYK"))
    save("bilevel.tif", p.convert("1")); save("group4.tif", p.convert("1"), compression="group4"); save("grey-alpha.tif", alpha.convert("LA"))
    white = TiffImagePlugin.ImageFileDirectory_v2(); white[262] = 0
    save("white-is-zero.tif", p.convert("L"), tiffinfo=white)
    save("bilevel-white-is-zero.tif", p.convert("1"), tiffinfo=white)
    for o in (3, 6):
        turned = TiffImagePlugin.ImageFileDirectory_v2(); turned[274] = o
        save(f"orientation-{o}.tif", tiffinfo=turned)
    predictor = TiffImagePlugin.ImageFileDirectory_v2(); predictor[317] = 2
    save("predictor.tif", compression="tiff_lzw", tiffinfo=predictor)
    strips = TiffImagePlugin.ImageFileDirectory_v2(); strips[278] = 5
    save("strips.tif", compression="packbits", tiffinfo=strips)
    save("two-pages.tif", save_all=True, append_images=[p.rotate(180)])
    wide = (np.array(p.convert("L")).astype(np.uint16) * 251 + 77)
    Image.fromarray(wide).save(OUT / "grey-16.tif", "TIFF")
    save("big-endian.tif", p.convert("RGB"))
    tiff_big_endian()


def tiff_big_endian():
    rgb = np.array(picture())
    h, w = rgb.shape[:2]
    tags = [(256, 3, w), (257, 3, h), (258, 3, 16), (259, 3, 1), (262, 3, 2), (273, 4, 8), (277, 3, 3), (278, 3, h), (279, 4, rgb.size * 2)]
    data = (rgb.astype(np.uint16) * 251 + 77).astype(">u2").tobytes()
    depths = 8 + len(data)
    entries = b""
    for tag, kind, value in tags:
        if tag == 258:
            entries += struct.pack(">HHII", 258, 3, 3, depths)
        else:
            entries += struct.pack(">HHI", tag, kind, 1) + (struct.pack(">HH", value, 0) if kind == 3 else struct.pack(">I", value))
    ifd = struct.pack(">H", len(tags)) + entries + struct.pack(">I", 0)
    (OUT / "big-endian.tif").write_bytes(b"MM\0*" + struct.pack(">I", depths + 6) + data + struct.pack(">HHH", 16, 16, 16) + ifd)


def webps():
    p = picture()
    alpha = p.copy(); alpha.putalpha(Image.fromarray(pattern(*p.size)[..., 0]))
    save = lambda name, image=p, **o: image.save(OUT / name, "WEBP", **o)
    save("lossy.webp"); save("lossless.webp", lossless=True); save("lossy-alpha.webp", alpha); save("lossless-alpha.webp", alpha, lossless=True, exact=True)
    save("orientation-8.webp", exif=exif(8)); save("icc.webp", icc_profile=profile("sRGB"))
    save("animated.webp", save_all=True, append_images=[p.rotate(180)], lossless=True)


def wanted(path):
    image = Image.open(path)
    if image.mode.startswith("I;16") or image.mode == "I":
        array = (np.array(image).astype(int) >> 8).astype(np.uint8)
        return np.repeat(array[..., None], 3, -1)
    return np.array(ImageOps.exif_transpose(image).convert("RGB"))


# --- files that must be refused -------------------------------------------------------------------------------------


def broken():
    BROKEN.mkdir(parents=True, exist_ok=True)  # files that fuzzing found lie there too
    put = lambda name, data: (BROKEN / name).write_bytes(data)
    good = lambda name: (OUT / name).read_bytes()
    for name in ("420.jpg", "420-progressive.jpg", "rgb.png", "plain.gif", "rgb.bmp", "rgb-raw.tif", "rgb-lzw.tif", "rgb-jpeg.tif", "lossy.webp"):
        put("half-" + name, good(name)[: len(good(name)) // 2])
    alpha = good("lossy-alpha.webp").index(b"ALPH") + 9
    # 1 bit per pixel, but room for 21 colours before the pixels: a palette of 5 bits
    put("palette-bits.bmp", b"BM" + struct.pack("<IIIIHHHH", 106, 0, 14 + 12 + 64, 12, 4, 4, 1, 1) + bytes(64 + 16))
    put("damaged-alpha.webp", good("lossy-alpha.webp")[:alpha] + bytes(8) + good("lossy-alpha.webp")[alpha + 8 :])
    put("only-start.jpg", good("420.jpg")[:200])
    put("no-end-marker.jpg", good("420.jpg")[:-2])
    put("ended-early.jpg", good("420.jpg")[:-200] + b"\xff\xd9")
    put("only-signature.png", good("rgb.png")[:8])
    put("empty.jpg", b"")
    put("text.jpg", b"this is not a picture\n")
    put("page.png", b"<!DOCTYPE html>\n<html><body>404</body></html>\n")
    put("archive.png", b"PK\3\4" + bytes(30))
    put("noise.png", pattern(16, 16).tobytes())
    put("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40))
    put("photo.avif", b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + bytes(40))
    put("photo.jxl", b"\xff\x0a" + bytes(40))
    put("photo.jp2", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40))
    put("drawing.svg", b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>\n')
    put("paper.pdf", b"%PDF-1.7\n" + bytes(40))
    put("film.mp4", b"\0\0\0\x18ftypisom" + bytes(40))
    picture().save(BROKEN / "big.tif", "TIFF", big_tiff=True)
    picture().convert("F").save(BROKEN / "float.tif", "TIFF")
    put("huge.png", b"\x89PNG\r\n\x1a\n" + ihdr(60000, 60000) + bytes(20))
    put("huge.jpg", good("420.jpg").replace(struct.pack(">HH", 27, 41), struct.pack(">HH", 60000, 60000)))
    put("huge.gif", good("plain.gif").replace(struct.pack("<HH", 41, 27), struct.pack("<HH", 60000, 60000)))
    put("huge.bmp", good("rgb.bmp").replace(struct.pack("<ii", 41, 27), struct.pack("<ii", 60000, 60000)))
    put("huge.webp", good("lossless-alpha.webp").replace(struct.pack("<I", 40 | 26 << 14 | 1 << 28), struct.pack("<I", 0x1fffffff)))
    entries = [(256, 4, 60000), (257, 4, 60000), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1), (278, 4, 60000), (279, 4, 9)]
    ifd = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    put("huge.tif", b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + ifd + bytes(4))
    put("many-samples.tif", (BROKEN / "huge.tif").read_bytes().replace(struct.pack("<HHII", 277, 3, 1, 1), struct.pack("<HHII", 277, 3, 1, 60000)))
    put("no-size.png", b"\x89PNG\r\n\x1a\n" + ihdr(0, 5) + bytes(20))
    put("checksum.png", good("rgb.png").replace(b"IHDR\0\0\0\x29", b"IHDR\0\0\0\x28"))
    put("short-data.png", png_bytes(41, 27, 8, 2, [bytes(3 * 41)] * 13))
    put("no-header.png", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"sBIT" + bytes(40))
    put("no-image.gif", good("plain.gif")[:13].replace(b"\x85", b"\0") + b";")
    put("arithmetic.jpg", good("420.jpg").replace(b"\xff\xc0\0", b"\xff\xc9\0"))
    put("twelve-bits.jpg", good("420.jpg").replace(b"\xff\xc0\0\x11\x08", b"\xff\xc1\0\x11\x0c"))
    put("segment-length.jpg", good("420.jpg").replace(b"\xff\xdb\0\x43", b"\xff\xdb\0\0", 1))
    put("no-frame.jpg", good("420.jpg").replace(b"\xff\xc0\0", b"\xff\xed\0"))
    put("two-components.jpg", two_components(good("420.jpg")))


def two_components(b):
    at = b.index(b"\xff\xc0")
    return b[: at + 2] + b"\0\x0e" + b[at + 4 : at + 9] + b"\2" + b[at + 10 : at + 16] + b[at + 19 :]


def ihdr(width, height):
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


# --- what Pillow, PyTorch and pycocotools make of it ----------------------------------------------------------------


def frame(width, height):
    scale = 1024 / max(width, height)
    return int(width * scale + 0.5), int(height * scale + 0.5)


def resizes():
    sizes = [(1, 1), (2, 1), (3, 2000), (5000, 40), (1, 1024), (1024, 768), (1023, 1025), (1025, 3), (7, 5), (640, 480)]
    for w, h in sizes + [(2047, 2049), (1333, 2000), (4096, 31), (513, 512), (1500, 1499), (1024, 1024)]:
        to = frame(w, h)
        yield w, h, *to, sha(np.array(Image.fromarray(pattern(w, h)).resize(to, Image.BILINEAR)))


def photos():
    mean, deviation = torch.tensor([123.675, 116.28, 103.53]), torch.tensor([58.395, 57.12, 57.375])
    for photo in sorted(PHOTOS.glob("*.jpg")):
        image = ImageOps.exif_transpose(Image.open(photo)).convert("RGB")
        w, h = frame(*image.size)
        resized = np.array(image.resize((w, h), Image.BILINEAR))
        x = ((torch.from_numpy(resized).float() - mean) / deviation).permute(2, 0, 1)
        x = torch.nn.functional.pad(x, (0, 1024 - w, 0, 1024 - h))
        yield photo.name, sha(np.array(image)), sha(resized), sha(x.numpy())


def wave(mask):
    """Logits [256][256], the same as TestImages.wave in Java: exact in float32."""
    x, y = np.meshgrid(np.arange(256), np.arange(256))
    return (((x * (mask + 3) * 37 + y * y * (mask + 1) + x * y) % 2048) / 64 - 15).astype(np.float32)


def upscales():
    low = torch.from_numpy(np.stack([wave(m) for m in range(4)]))[None]
    for w, h in [(1, 1), (3, 2000), (5000, 40), (800, 534), (534, 800), (1024, 1024), (1500, 1499), (100, 77)]:
        to = frame(w, h)
        full = torch.nn.functional.interpolate(low, (1024, 1024), mode="bilinear", align_corners=False)[..., : to[1], : to[0]]
        full = torch.nn.functional.interpolate(full, (h, w), mode="bilinear", align_corners=False)[0]
        for mask in range(4):
            flat = full[mask].flatten().double()
            at = [i * (w * h - 1) // 7 for i in range(8)]
            runs = sha((full[mask] > 0).to(torch.uint8).numpy())
            yield w, h, mask, runs, int((full[mask] > 0).sum()), float(flat.norm()), *(float(flat[i]) for i in at)


def blobs(width, height, seed):
    """A mask, the same as TestImages.blobs in Java."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    return ((((x // 3) * (seed + 5) + (y // 2) * 7 + (x // 3) * (y // 2)) % 11) < seed).astype(np.uint8)


def coco():
    from pycocotools import mask as api
    for w, h, seed in [(1, 1, 0), (1, 1, 11), (5, 4, 4), (64, 3, 6), (65, 129, 5), (200, 150, 0), (200, 150, 11), (300, 7, 2)]:
        mask = blobs(w, h, seed)
        rle = api.encode(np.asfortranarray(mask))
        counts = [len(list(g)) for _, g in itertools.groupby(mask.flatten(order="F"))]
        counts = ([0] if mask[0, 0] else []) + counts
        other = api.encode(np.asfortranarray(blobs(w, h, (seed + 3) % 12)))
        box = ",".join(str(int(v)) for v in api.toBbox(rle))
        text = rle["counts"].decode()
        yield w, h, seed, int(api.area(rle)), box, float(api.iou([rle], [other], [0])[0, 0]), " ".join(map(str, counts)), text


def table(name, rows):
    with open(HERE / name, "w") as out:
        for row in rows:
            print(*row, sep="\t", file=out)


def formats():
    for path in sorted(OUT.iterdir()):
        array = wanted(path)
        yield path.name, array.shape[1], array.shape[0], sha(array)


def main():
    OUT.mkdir(exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    for make in (jpegs, pngs, gifs, bmps, tiffs, webps, broken):
        make()
    for name, rows in (("formats", formats), ("resize", resizes), ("photos", photos), ("upscale", upscales), ("coco", coco)):
        table(name + ".tsv", rows())
    libraries = {"pillow": PIL.__version__, "numpy": np.__version__, "torch": torch.__version__, "libjpeg-turbo": features.version("libjpeg_turbo"),
                 "libwebp": features.version("webp"), "libtiff": features.version("libtiff"), "pycocotools": version("pycocotools")}
    table("made-with.txt", libraries.items())


if __name__ == "__main__":
    main()
