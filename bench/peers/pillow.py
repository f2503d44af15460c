"""Pillow as a peer of script/bench, with one process for each image at the same time.

Pillow's thumbnail() decodes JPEG at a smaller scale, at least twice the size of the thumbnail; here fit() does so, too.
It does not convert colour profiles.
"""

import io
import json
import multiprocessing
import sys

import PIL
from PIL import Image, ImageOps

from commands_from_stdin import serve

GAP = 2.0  # the default of thumbnail()

workload = json.loads(sys.argv[1])
sources = []
for file in workload["files"]:
    with open(file, "rb") as opened:
        sources.append(opened.read())


def thumbnail(source, output):
    image = Image.open(io.BytesIO(source))
    size = output["width"], output["height"]
    if output["fit"] == "cover":
        image.draft("RGB", (int(GAP * size[0]), int(GAP * size[1])))
        image = ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    else:
        image.thumbnail(size, Image.Resampling.LANCZOS, reducing_gap=GAP)
    image = ImageOps.exif_transpose(image).convert("RGB")
    made = io.BytesIO()
    optimise = {"optimize": True} if output["format"] == "jpeg" else {}
    image.save(made, output["format"], quality=workload["quality"], **optimise)
    return made.getvalue()


def thumbnails(index):
    return [thumbnail(sources[index % len(sources)], output) for output in workload["outputs"]]


def work(index):
    thumbnails(index)


def save(folder):
    for index in range(len(sources)):
        for place, data in enumerate(thumbnails(index)):
            with open(f"{folder}/{index}-{place}", "wb") as file:
                file.write(data)


with multiprocessing.Pool(workload["parallel"]) as pool:
    serve(f"Pillow {PIL.__version__}", lambda count: pool.map(work, range(count), chunksize=1), save)
