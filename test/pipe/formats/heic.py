"""What the tests of HEIC share: pictures, what the reference decoder makes of a file, and the questions that each asks."""

import io
import pathlib
import subprocess
import tempfile
import unittest

from PIL import Image, ImageChops, ImageStat

import heif_files
from pixels_test import BLUE, GREEN, PixelTest, RED, YELLOW
from program import IMAGES, make, probe


def quadrants(size=(160, 120), colours=(RED, GREEN, BLUE, YELLOW)):
    image = Image.new("RGB", size)
    for index, colour in enumerate(colours):
        left, top = index % 2 * size[0] // 2, index // 2 * size[1] // 2
        image.paste(colour, (left, top, left + size[0] - size[0] // 2, top + size[1] - size[1] // 2))
    return image


def flat(colour, size=(64, 64)):
    return Image.new("RGB", size, colour)


def p3_profile():
    with Image.open(IMAGES / "p3.png") as image:
        return image.info["icc_profile"]


def converted(file):
    """What libheif makes of it."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "a.heic"), pathlib.Path(folder, "a.png")
        source.write_bytes(file)
        subprocess.run(["heif-convert", source, target], check=True, capture_output=True)
        found = [path for path in sorted(pathlib.Path(folder).glob("a*.png"))]
        return Image.open(io.BytesIO(found[0].read_bytes()))


@unittest.skipUnless(heif_files.HEIF_ENC, "there is no heif-enc (Debian: libheif-examples)")
class HeicTest(PixelTest):
    def setUp(self):
        super().setUp()
        if "heic" not in self.program.hello[1]["loaders"]:
            self.skipTest("the program was built without libde265")

    def whole(self, file, size, **options):
        return self.thumbnail(file, width=size[0], height=size[1], format="png", speed="best", **options)

    def mean(self, one, other):
        return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)

    def told(self, file):
        request_id = next(self.ids)
        return self.assert_ok(self.program.ask(probe(request_id, file)), request_id)

    def refused(self, file, reason="bad_image"):
        request_id = next(self.ids)
        return self.assert_error(self.program.ask(make(request_id, file, {"width": 32})), request_id, reason)
