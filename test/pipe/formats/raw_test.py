"""Raw files of cameras: the JPEG in them, never the small first directory."""

import importlib.machinery
import importlib.util
import io
import unittest

from PIL import Image

from pixels_test import BLUE, GREEN, PixelTest, RED, YELLOW
from program import IMAGES, ROOT, make, probe


def raw_file(jpeg):
    """As samples/generate makes quadrants.dng."""
    loader = importlib.machinery.SourceFileLoader("generate", str(ROOT / "samples" / "generate"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("generate", loader))
    loader.exec_module(module)
    return module.raw_file(jpeg)


class RawTest(PixelTest):
    def told(self, file):
        request_id = next(self.ids)
        return self.assert_ok(self.program.ask(probe(request_id, file)), request_id)

    def test_a_probe_says_raw_the_cameras_size_and_the_camera(self):
        told = self.told(IMAGES / "quadrants.dng")
        self.assertEqual((told["format"], told["width"], told["height"]), ("raw", 640, 480))
        self.assertEqual(told["camera"], b"Maker Model 1")

    def test_it_becomes_what_the_jpeg_in_it_becomes_byte_for_byte(self):
        for options in ({"width": 40}, {"width": 80, "format": "webp"}, {"width": 40, "format": "png", "greyscale": True}):
            [raw] = self.thumbnails(IMAGES / "quadrants.dng", options)
            [jpeg] = self.thumbnails(IMAGES / "quadrants.jpg", options)
            self.assertEqual(raw["data"], jpeg["data"])

    def test_the_orientation_of_the_file_is_applied_to_the_jpeg(self):
        file = bytearray((IMAGES / "quadrants.dng").read_bytes())
        entry = bytes.fromhex("1201030001000000")
        at = file.index(entry) + len(entry)
        file[at] = 6
        told = self.told(bytes(file))
        self.assertEqual((told["width"], told["height"], told["orientation"]), (480, 640, 6))
        made = self.thumbnail(bytes(file), width=60, height=80, format="png")
        self.assertEqual(made.size, (60, 80))
        self.assert_quadrants(made, [BLUE, RED, YELLOW, GREEN])

    def test_a_damaged_jpeg_in_it_is_a_bad_image(self):
        jpeg = (IMAGES / "photo.jpg").read_bytes()
        for damaged in (jpeg[: len(jpeg) // 2], jpeg[:400] + bytes(200) + jpeg[600:3000]):
            request_id = next(self.ids)
            answer = self.program.ask(make(request_id, raw_file(damaged), {"width": 32}))
            self.assertEqual(answer[0], "error", answer)
            self.assertIn(answer[2]["reason"], ("bad_image", "unsupported_format"))

    def test_without_a_jpeg_it_is_refused_and_never_shown_by_its_first_directory(self):
        request_id = next(self.ids)
        answer = self.program.ask(make(request_id, raw_file(b"no jpeg"), {"width": 32}))
        self.assertIn(b"raw", self.assert_error(answer, request_id, "unsupported_format")["message"])

    def test_a_tiff_is_no_raw_file(self):
        file = io.BytesIO()
        Image.new("RGB", (40, 30), RED).save(file, "tiff", compression="jpeg")
        self.assertEqual(self.told(file.getvalue())["format"], "tiff")


if __name__ == "__main__":
    unittest.main()
