"""Measures how similar thumbnails are to their source, for script/bench.

    quality.py REFERENCES (WORKLOAD FOLDER)...

Each FOLDER holds the thumbnails that one implementation made by the WORKLOAD before it, a file for each source and output: 0-0, 0-1,
1-0, ... Prints one line for each FOLDER: the mean SSIM, the bytes of all files, the width and height of the first; tab-separated.
An output with an effect has no SSIM, and without any SSIM the mean is "-".

libvips makes the reference of a thumbnail: the source fully decoded, orientation applied, in sRGB, resampled with Lanczos3 to
the size of the thumbnail. It is kept in the folder REFERENCES. SSIM is that of Wang et al. (2004), by scikit-image, over red,
green and blue. https://scikit-image.org/docs/stable/api/skimage.metrics.html
"""

import hashlib
import json
import os
import subprocess
import sys

import numpy
from PIL import Image
from skimage.metrics import structural_similarity

# Options of outputs whose reference would need more than resizing.
EFFECTS = {"background", "crop", "sharpen", "greyscale", "overlay"}


def vips(*arguments):
    subprocess.run(["vips", *map(str, arguments)], check=True)


def decode_in_full(source, pixels):
    """A .v file contains decoded pixels, so its reader cannot shrink on load."""
    vips("autorot", source, pixels)
    profile = subprocess.run(["vipsheader", "-f", "icc-profile-data", pixels], capture_output=True)
    if profile.returncode == 0:
        # The intent is that of ours and sharp; a profile of RGB that is a matrix is the same with every intent.
        perceptual = "--intent", "perceptual", "--black-point-compensation"
        vips("icc_transform", pixels, pixels + ".srgb.v", "srgb", "--embedded", *perceptual)
        os.replace(pixels + ".srgb.v", pixels)


def resample(pixels, size, fit, path):
    """The whole picture resized to `size`; or, to cover it, the centre crop with that shape. The gap is off, because with it
    libvips would average pixels first."""
    whole = [int(subprocess.check_output(["vipsheader", "-f", side, pixels])) for side in ("width", "height")]
    scales = [part / of for part, of in zip(size, whole)]
    if fit == "cover":
        scales = [max(scales)] * 2
    vips("resize", pixels, path, scales[0], "--vscale", scales[1], "--gap", 0, "--kernel", "lanczos3")
    if fit == "cover":
        vips("smartcrop", path, path + ".cut.png", *size, "--interesting", "centre")
        os.replace(path + ".cut.png", path)


def reference(source, output, size, folder):
    key = f"{source} {os.path.getsize(source)} {size} {output['fit']}"
    path = os.path.join(folder, hashlib.sha256(key.encode()).hexdigest()[:16] + ".png")
    if not os.path.exists(path):
        decode_in_full(source, path + ".v")
        resample(path + ".v", size, output["fit"], path)
        os.unlink(path + ".v")
    return path


def pixels_of(path):
    with Image.open(path) as image:
        return numpy.asarray(image.convert("RGB"))


def similarity(made, wanted):
    return structural_similarity(made, wanted, channel_axis=2, gaussian_weights=True, sigma=1.5,
                                 use_sample_covariance=False, data_range=255)


def measure(folder, workload, references):
    similarities, total, first = [], 0, None
    for index, source in enumerate(workload["files"]):
        for place, output in enumerate(workload["outputs"]):
            path = f"{folder}/{index}-{place}"
            made = pixels_of(path)
            size = made.shape[1], made.shape[0]
            if size[0] > output["width"] or size[1] > output["height"]:
                sys.exit(f"quality.py: {path} is {size[0]}x{size[1]}, more than was asked for")
            if not EFFECTS & output.keys():
                similarities.append(similarity(made, pixels_of(reference(source, output, size, references))))
            total += os.path.getsize(path)
            first = first or size
    return f"{numpy.mean(similarities):.5f}" if similarities else "-", total, *first


os.environ["VIPS_WARNING"] = "0"  # what stands in headers that no decoder minds
references, pairs = sys.argv[1], iter(sys.argv[2:])
for workload, folder in zip(pairs, pairs):
    ssim, total, width, height = measure(folder, json.loads(workload), references)
    print(f"{ssim}\t{total}\t{width}\t{height}", flush=True)
