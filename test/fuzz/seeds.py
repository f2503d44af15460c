#!/usr/bin/python3
"""Writes what the fuzzers begin with: seeds.py FOLDER makes
FOLDER/{frame,etf,msgpack,text,request,result,scan_filter,ycbcr,heif,containers,drawing,traits,
step_module,step_image,step_description}/.

The samples as frames, as payloads and as text, every row of test/contract's vectors, good and bad, the JPEG images, one of
them as a WebP, and a progressive one; the samples of what this program reads itself; the sample steps, and their translations
when build/thumbnailer can make them.
"""

import csv
import gzip
import hashlib
import io
import os
import pathlib
import subprocess
import sys
import tempfile

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
FRAMES = ROOT / "samples" / "frames"
IMAGES = ROOT / "samples" / "images"
STEPS = ROOT / "samples" / "steps"
PROGRAM = os.environ.get("THUMBNAILER_EXECUTABLE", str(ROOT / "build" / "thumbnailer"))
MAX = 70_000


def rows(name):
    with open(ROOT / "test" / "contract" / name, newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def from_hex(groups):
    parts = (group.partition("*") for group in groups.split() if groups != "-")
    return b"".join(bytes.fromhex(digits) * int(times or 1) for digits, _star, times in parts)


def translations():
    with tempfile.TemporaryDirectory() as folder:
        for module in STEPS.glob("*.wasm"):
            made = pathlib.Path(folder, module.stem)
            try:
                subprocess.run([PROGRAM, "step", "translate", str(module), str(made)], check=True)
            except (OSError, subprocess.CalledProcessError) as error:
                print(f"seeds.py: no translation of {module.name}: {error}", file=sys.stderr)
                continue
            yield made.read_bytes()


def webp(**options):
    file = io.BytesIO()
    Image.open(IMAGES / "photo.jpg").convert("RGB").save(file, "webp", quality=50, **options)
    return file.getvalue()


def seeds():
    for path in STEPS.glob("*.wasm"):
        yield "step_module", path.read_bytes()
        start = path.read_bytes().find(b"step/1 ")
        yield "step_description", path.read_bytes()[start:].partition(b"\0")[0]
    yield from (("step_image", bytes) for bytes in translations())
    for path in FRAMES.glob("*.etf"):
        frames = path.read_bytes()
        yield from (("frame", bytes([piece]) + frames) for piece in (0, 1, 255))
        yield from (("etf", frames[4:]), ("request", frames[4:]))
    yield from (("result", bytes([outputs, 10, outputs, 255]) + bytes(24_000)) for outputs in (1, 2, 64))
    yield "scan_filter", (ROOT / "samples" / "images" / "progressive.jpg").read_bytes()
    yield "drawing", (IMAGES / "quadrants.svg").read_bytes()
    yield "drawing", gzip.compress((IMAGES / "quadrants.svg").read_bytes())
    for path in IMAGES.iterdir():
        if path.suffix in {".avif", ".png", ".tiff", ".jpg"}:
            yield "traits", path.read_bytes()
    for path in FRAMES.glob("*.term"):
        yield "text", path.read_bytes()
    for path in IMAGES.glob("*.jpg"):
        yield from (("ycbcr", bytes([shrink | 252]) + path.read_bytes()) for shrink in range(4))
    yield from (("ycbcr", bytes([filtered]) + webp()) for filtered in range(2))
    yield "ycbcr", bytes([0]) + webp(lossless=True)
    yield "heif", (IMAGES / "quadrants.heic").read_bytes()
    for suffix in ("bmp", "ico", "dng"):
        yield "containers", (IMAGES / f"quadrants.{suffix}").read_bytes()
    for row in rows("vectors.tsv"):
        yield from ((codec, from_hex(row[codec])) for codec in ("etf", "msgpack"))
        yield "text", row["term"].encode()
    for row in rows("bad_vectors.tsv"):
        yield row["codec"], from_hex(row["bytes"])


folder = pathlib.Path(sys.argv[1])
for target, data in seeds():
    if len(data) <= MAX:
        (folder / target).mkdir(parents=True, exist_ok=True)
        (folder / target / hashlib.sha1(data).hexdigest()).write_bytes(data)
