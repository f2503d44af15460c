"""The thumbnail of every good file of the corpus looks like what Pillow, another decoder, makes of it.

Compared are 64 x 64 thumbnails in PNG on white: the size exactly, the colours within MEAN of 255 on average. Both resize
by Lanczos, from different decoders, and Pillow's JPEG decoder is not told to shrink.
"""

import csv
import io
import unittest

from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat

from corpus_files import CORPUS, with_corpus
from program import PipeTest, make

SIDE = 64
MEAN = 5.0
# Pillow takes CMYK without a profile for pure inks, libvips for a press; with a profile they differ in the black point.
MEAN_OF_CMYK = 20.0
PILLOW_READS = ("jpeg", "png", "webp", "gif", "tiff", "bmp")

# What the two do not see alike, and why. None is left out because the thumbnail is wrong.
APART = {
    "govips--jpg-8bit-grey-icc-dot-gain.jpg": "its grey profile counts, which the reference passes over",
    "pillow--exif_imagemagick_orientation.png": "EXIF in ImageMagick's own text chunk, which is not PNG's: browsers, too, "
    "show it as it is stored",
}

SRGB = ImageCms.createProfile("sRGB")


def manifest():
    with open(CORPUS / "good" / "MANIFEST.tsv", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        rows = [row for row in rows if row["format"] in PILLOW_READS and row["file"] not in APART]
        return [row for row in rows if not has_gamma_of_one(CORPUS / "good" / row["file"])]


def has_gamma_of_one(path):
    """Pillow passes over a gAMA, which counts here as in browsers; that of most other files is the one of sRGB."""
    return b"gAMA" + (100_000).to_bytes(4, "big") in path.read_bytes()[:256]


def in_srgb(image):
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK"):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")
    if image.mode.startswith("I;16") or image.mode == "I":
        return image.point(lambda value: value / 257).convert("L")
    return image


def on_white(image):
    image = image.convert("RGBA")
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")


def reference(path):
    with Image.open(path) as image:
        stored = image.size
        image.load()
        # Pillow 9 turns some TIFFs when it loads them and leaves the tag.
        seen = ImageOps.exif_transpose(image) if image.size == stored else image
        seen.info.update(icc_profile=image.info.get("icc_profile"))
        return on_white(in_srgb(seen))


def box(size):
    scale = min(SIDE / size[0], SIDE / size[1], 1)
    # Python rounds halves to even; the program, as most people, away from zero.
    return tuple(max(1, int(side * scale + 0.5)) for side in size)


@with_corpus
class CorpusPixelsTest(PipeTest):
    def test_every_thumbnail_looks_like_what_pillow_makes_of_the_file(self):
        program = self.start("--workers", "2")
        compared = 0
        for request_id, row in enumerate(manifest()):
            path = CORPUS / "good" / row["file"]
            with self.subTest(file=row["file"], trait=row["trait_or_why"]):
                try:
                    wanted = reference(path)
                except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
                    continue  # Pillow cannot
                answer = program.ask(make(request_id, path, {"width": SIDE, "height": SIDE, "format": "png"}))
                self.assert_ok(answer, request_id)
                [(tag, output)] = answer[2]["outputs"]
                self.assertEqual(tag, "ok", output)
                made = on_white(Image.open(io.BytesIO(output["data"])))
                self.assertEqual(made.size, box(wanted.size))
                small = wanted.resize(made.size, Image.Resampling.LANCZOS)
                mean = sum(ImageStat.Stat(ImageChops.difference(made, small)).mean) / 3
                self.assertLess(mean, MEAN_OF_CMYK if "cmyk" in row["trait_or_why"] else MEAN)
                compared += 1
        self.assertGreater(compared, 80)


if __name__ == "__main__":
    unittest.main()
