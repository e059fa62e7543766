#!/usr/bin/env python3
"""Makes the golden files beside it with Meta's own segment-anything: its SamAutomaticMaskGenerator, scripts/amg.py and utils, run with the
built-in model on the CPU. Nothing of that repository is kept here; check it out elsewhere, at dca509f.

Run in the repository's root: python3 testdata/golden/everything/make.py SEGMENT_ANYTHING [NAME...]
NAME is PHOTO_POINTSPERSIDE_CROPLAYERS[fDOWNSCALEFACTOR], such as groceries_8_1, or helpers, or amg; without any, all files here are made.
A record of a photo is kept for min_mask_region_area 0 and 100; points_per_batch is 16, thresholds are 0.5 (predicted IoU) and 0.8
(stability) in NAME.tsv and the defaults in NAME.default.tsv.

Needs: pip install torch torchvision safetensors opencv-python-headless pycocotools numpy. Where torchvision's C++ operators cannot be loaded
(its wheel for CUDA beside a torch without), NMS=FILE names a library with torchvision's nms for the CPU, compiled from its sources.
"""
import copy, hashlib, importlib, json, os, pathlib, runpy, sys, tempfile

here = pathlib.Path(__file__).resolve().parent
root = here.parents[2]
peer = pathlib.Path(sys.argv[1]).resolve()
sys.path.insert(0, str(peer))
import cv2, numpy, torch

if os.environ.get("NMS"):
    torch.ops.load_library(os.environ["NMS"])
import torchvision

if os.environ.get("NMS"):
    import torchvision.ops.boxes
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("torchvision") and hasattr(module, "_assert_has_ops"):
            module._assert_has_ops = lambda: None
from segment_anything import SamAutomaticMaskGenerator, sam_model_registry
from segment_anything.utils import amg

build_sam = importlib.import_module("segment_anything.build_sam")
ALL = ["helpers", "amg", "groceries_4_1", "groceries_8_0", "truck_8_0", "groceries_8_1", "dog_16_0", "truck_8_1", "groceries_8_2f2", "truck_16_0",
       "groceries_16_0", "dog_8_2", "groceries_32_0", "dog_32_0", "truck_32_0"]
MODEL = root / "models/sam_vit_t.bf16.safetensors"
SOURCE = {
    "source": f"segment-anything@dca509f SamAutomaticMaskGenerator, torch {torch.__version__}, torchvision {torchvision.__version__}, "
              f"opencv {cv2.__version__}, numpy {numpy.__version__}, CPU, float32",
    "model": MODEL.name, "script": 1,
}


def vit_t(checkpoint=None):
    from safetensors.torch import load_file
    sam = build_sam._build_sam(encoder_embed_dim=192, encoder_depth=12, encoder_num_heads=3, encoder_global_attn_indexes=[2, 5, 8, 11])
    sam.load_state_dict({name: tensor.float() for name, tensor in load_file(checkpoint or MODEL).items()})
    return sam


def remember(module, inputs):
    """The same inputs are computed once: the two sets of thresholds share encoder and decoder."""
    forward, known = module.forward, {}

    def remembered(*args, **kwargs):
        key = hashlib.sha256(b"".join(t.numpy().tobytes() for t in inputs(*args, **kwargs))).digest()
        if key not in known:
            known[key] = forward(*args, **kwargs)
        return known[key]

    module.forward = remembered


def row(area, record):
    """min_mask_region_area, area, bbox, point, predicted IoU, stability score, crop box, COCO's compressed run lengths."""
    from pycocotools import mask as coco
    runs, numbers = record["segmentation"], lambda values: ",".join(str(v) for v in values)
    counts = coco.frPyObjects(runs, *runs["size"])["counts"].decode()
    return "\t".join([str(area), str(record["area"]), numbers(record["bbox"]), numbers(record["point_coords"][0]), str(record["predicted_iou"]),
                      str(record["stability_score"]), numbers(record["crop_box"]), counts])


def write(name, options, records):
    lines = ["#\t" + json.dumps({**SOURCE, "image": name.split("_")[0] + ".jpg", "options": options})]
    lines += [row(area, record) for area in records for record in records[area]]
    (here / name).write_text("\n".join(lines) + "\n")


def photo(name):
    image, per_side, layers = name.split("_")
    layers, _, factor = layers.partition("f")
    options = {"points_per_side": int(per_side), "crop_n_layers": int(layers), "crop_n_points_downscale_factor": int(factor or 1),
               "points_per_batch": 16}
    pixels = cv2.cvtColor(cv2.imread(str(root / f"testdata/images/{image}.jpg")), cv2.COLOR_BGR2RGB)
    sam = vit_t()
    remember(sam.image_encoder, lambda x: (x,))
    remember(sam.mask_decoder, lambda **k: (k["image_embeddings"], k["sparse_prompt_embeddings"]))
    for ending, thresholds in (("tsv", {"pred_iou_thresh": 0.5, "stability_score_thresh": 0.8}), ("default.tsv", {})):
        generator = SamAutomaticMaskGenerator(sam, output_mode="uncompressed_rle", **options, **thresholds)
        try:
            with torch.no_grad():
                found = generator._generate_masks(pixels)
        except IndexError as error:  # with crops and no mask at all
            print(name, ending, "the original fails:", error)
            continue
        generator._generate_masks = lambda _: copy.deepcopy(found)
        records = {}
        for area in (0, 100):
            generator.min_mask_region_area = area
            records[area] = generator.generate(pixels)
        write(f"{name}.{ending}", options | thresholds, records)


def helpers(_):
    """Point grids, crops and non-maximum suppression alone."""
    lines = []
    for side in (1, 2, 3, 7, 10, 33):
        grid = amg.build_point_grid(side)
        lines.append(f"grid\t{side}\t" + " ".join(repr(float(v)) for v in grid[:side, 0]) + "\t" + " ".join(repr(float(v)) for v in grid[::side, 1]))
    for width, height in ((800, 534), (1800, 1200), (101, 999), (640, 640)):
        for layers, ratio in ((0, 512 / 1500), (1, 512 / 1500), (2, 512 / 1500), (3, 0.1)):
            boxes, layer = amg.generate_crop_boxes((height, width), layers, ratio)
            lines.append(f"crops\t{width}\t{height}\t{layers}\t{ratio!r}\t" + " ".join(",".join(map(str, [*b, n])) for b, n in zip(boxes, layer)))
    random = numpy.random.default_rng(1)
    for count in (1, 5, 60, 300):
        for threshold in (0.3, 0.7):
            corner, size = random.integers(0, 60, (count, 2)), random.integers(0, 60, (count, 2))
            boxes = numpy.concatenate([corner, corner + size], 1)
            scores = random.integers(0, 20, count) / numpy.float32(20)
            kept = torchvision.ops.nms(torch.from_numpy(boxes).float(), torch.from_numpy(scores).float(), threshold)
            lines.append(f"nms\t{threshold}\t" + " ".join(",".join(map(str, b)) for b in boxes) + "\t"
                         + " ".join(str(s) for s in scores.tolist()) + "\t" + " ".join(map(str, kept.tolist())))
    (here / "helpers.tsv").write_text("\n".join(lines) + "\n")


def scripts_amg(_):
    """scripts/amg.py itself: the CSV and the JSON of one photo, and what its PNGs hold."""
    sam_model_registry["vit_t"] = vit_t
    with tempfile.TemporaryDirectory() as folder:
        for last in ([], ["--convert-to-rle"]):
            sys.argv = ["amg.py", "--input", str(root / "testdata/images/groceries.jpg"), "--output", folder, "--model-type", "vit_t", "--checkpoint",
                        str(MODEL), "--device", "cpu", "--points-per-side", "8", "--pred-iou-thresh", "0.5", "--stability-score-thresh", "0.8",
                        "--points-per-batch", "16", "--min-mask-region-area", "100", *last]
            runpy.run_path(str(peer / "scripts/amg.py"), run_name="__main__")
        made = pathlib.Path(folder)
        (here / "amg.csv").write_bytes((made / "groceries/metadata.csv").read_bytes())
        (here / "amg.json").write_bytes((made / "groceries.json").read_bytes())
        from pycocotools import mask as coco
        for id, record in enumerate(json.loads((here / "amg.json").read_text())):
            png = cv2.imread(str(made / f"groceries/{id}.png"), cv2.IMREAD_UNCHANGED)
            assert png.ndim == 2 and (png == 255 * coco.decode(record["segmentation"])).all(), id


if __name__ == "__main__":
    for name in sys.argv[2:] or ALL:
        {"helpers": helpers, "amg": scripts_amg}.get(name, photo)(name)
        print(name, flush=True)
