"""BMP and ICO of every depth and code, as other programs write them and other programs see them."""

import io
import shutil
import struct
import subprocess
import unittest

from PIL import Image, ImageChops

from pixels_test import PixelTest
from program import IMAGES, make, probe

CONVERT = shutil.which("convert-im6.q16")
# Each as (ImageMagick's options, the bits of a pixel, how far a channel may be from what ImageMagick reads).
WRITTEN = [
    (["-type", "bilevel"], 1, 0),
    (["-colors", "13", "-type", "palette"], 4, 0),
    (["-colors", "200", "-type", "palette"], 8, 0),
    (["-colors", "200", "-type", "palette", "-compress", "RLE"], 8, 0),
    (["-type", "truecolor"], 24, 0),
    (["-alpha", "on", "-type", "truecoloralpha"], 32, 0),
]
HEADERS = ["bmp2", "bmp3", "bmp"]


class BmpTest(PixelTest):
    def whole(self, file, size):
        return self.thumbnail(file, width=size[0], height=size[1], format="png", speed="best")

    def told(self, file):
        request_id = next(self.ids)
        return self.assert_ok(self.program.ask(probe(request_id, file)), request_id)

    def assert_same(self, made, wanted, near=0):
        self.assertEqual(made.size, wanted.size)
        difference = ImageChops.difference(made, wanted)
        bands = difference.getextrema() if len(difference.getbands()) > 1 else [difference.getextrema()]
        self.assertLessEqual(max(high for _low, high in bands), near)

    def photo(self):
        # No side is a whole number of words.
        with Image.open(IMAGES / "photo.jpg") as image:
            return image.convert("RGB").resize((123, 77))

    @unittest.skipUnless(CONVERT, "there is no ImageMagick (Debian: imagemagick)")
    def test_what_imagemagick_writes_is_read_as_it_reads_it(self):
        source = io.BytesIO()
        self.photo().save(source, "png")
        read = 0
        for options, bits, near in WRITTEN:
            for header in HEADERS:
                command = [CONVERT, "png:-", *options, f"{header}:-"]
                file = subprocess.run(command, input=source.getvalue(), capture_output=True, check=True).stdout
                depth_at = 24 if header == "bmp2" else 28
                if len(file) <= depth_at or struct.unpack_from("<H", file, depth_at)[0] != bits:
                    continue  # this header has no such depth
                with self.subTest(header=header, options=options):
                    png = subprocess.run([CONVERT, "bmp:-", "png:-"], input=file, capture_output=True, check=True).stdout
                    wanted = Image.open(io.BytesIO(png))
                    mode = "RGBA" if "A" in wanted.getbands() else "RGB"
                    self.assert_same(self.whole(file, (123, 77)).convert(mode), wanted.convert(mode), near)
                    read += 1
        self.assertGreater(read, 8)

    def test_what_pillow_writes_is_read_as_it_reads_it(self):
        photo = self.photo()
        for image in (photo, photo.convert("1"), photo.convert("L"), photo.quantize(200), photo.convert("RGBA")):
            with self.subTest(image.mode):
                file = io.BytesIO()
                image.save(file, "bmp")
                self.assert_same(self.whole(file.getvalue(), photo.size).convert("RGB"), image.convert("RGB"))

    def test_a_probe_says_what_it_is(self):
        told = self.told(IMAGES / "quadrants.bmp")
        self.assertEqual((told["format"], told["width"], told["height"], told["pages"]), ("bmp", 160, 120, 1))
        self.assertEqual((told["bands"], told["depth"], told["alpha"]), (3, 8, "false"))
        told = self.told(IMAGES / "quadrants.ico")
        self.assertEqual((told["format"], told["width"], told["height"]), ("ico", 160, 120))

    def test_the_largest_image_of_an_icon_is_shown_whether_it_is_a_png_or_a_bitmap(self):
        for bitmap in ("png", "bmp"):
            with self.subTest(bitmap):
                image = Image.new("RGBA", (64, 64), (200, 60, 40, 255))
                image.paste((0, 0, 0, 0), (0, 0, 32, 64))
                file = io.BytesIO()
                image.save(file, "ico", sizes=[(16, 16), (64, 64), (32, 32)], bitmap_format=bitmap)
                made = self.whole(file.getvalue(), (64, 64))
                self.assertEqual(made.size, (64, 64))
                self.assertEqual(made.getpixel((60, 30)), (200, 60, 40, 255))
                self.assertEqual(made.getpixel((5, 30))[3], 0)

    def test_the_format_that_is_kept_automatically_is_one_that_is_written(self):
        for name, wanted in (("bmp", "jpeg"), ("ico", "png")):
            [made] = self.thumbnails(IMAGES / f"quadrants.{name}", {"width": 40})
            self.assertEqual(made["format"], wanted)

    def test_a_bmp_is_an_overlay_as_well(self):
        with open(IMAGES / "quadrants.bmp", "rb") as file:
            made = self.thumbnail(IMAGES / "one_pixel.png", width=160, height=120, fit="fill", enlarge=True,
                                  format="png", overlay=make(0, file.read())[3], overlay_scale=1.0)
        self.assert_quadrants(made)

    def test_a_file_cut_short_anywhere_is_a_bad_image(self):
        whole = (IMAGES / "quadrants.bmp").read_bytes()
        for length in (30, 54, 100, 1070, len(whole) - 1):
            request_id = next(self.ids)
            answer = self.program.ask(make(request_id, whole[:length], {"width": 32}))
            self.assert_error(answer, request_id, "bad_image")


if __name__ == "__main__":
    unittest.main()
