"""JPEG and WebP become JPEG and WebP with and without the fast path: the same answers to every file of the corpus, see corpus_test.py."""

import io
import unittest

from PIL import Image

from corpus_files import CORPUS, manifest, with_corpus
from program import IMAGES, PipeTest, make

BOXES = [{"width": 120, "height": 90, "fit": "cover", "format": name} for name in ("jpeg", "webp")]


class JpegFastPathTest(PipeTest):
    def setUp(self):
        super().setUp()
        self.ways = [self.start("--workers", "1", "--jpeg-fast-path", mode) for mode in ("auto", "off")]
        if self.ways[0].hello[1]["jpeg_fast_path"] != "true":
            self.skipTest("the program was built without the fast path")

    def results(self, source):
        """What both ways make of it: the sizes of the thumbnails, or the reason why there are none."""
        return [[self.result(program, source, box) for box in BOXES] for program in self.ways]

    def result(self, program, source, box):
        program.send(make(1, source, box))
        kind, _request_id, body = program.receive(timeout=60)
        if kind == "error":
            return body["reason"]
        [(_tag, output)] = body["outputs"]
        image = Image.open(io.BytesIO(output["data"]))
        image.load()
        return image.size, image.mode

    def test_the_hello_says_whether_the_fast_path_is_on(self):
        self.assertEqual([program.hello[1]["jpeg_fast_path"] for program in self.ways], ["true", "false"])

    def test_every_subsampling_that_pillow_writes_becomes_the_same_thumbnail(self):
        picture = Image.open(IMAGES / "photo.jpg").convert("RGB")
        for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
            with self.subTest(subsampling=subsampling):
                file = io.BytesIO()
                picture.save(file, "jpeg", subsampling=subsampling, quality=95)
                one, other = self.results(file.getvalue())
                self.assertEqual(one, other)

    @with_corpus
    def test_both_ways_agree_on_every_jpeg_and_webp_of_the_corpus(self):
        for folder in ("good", "bad"):
            for row in manifest(folder):
                if not row["file"].lower().endswith((".jpg", ".jpeg", ".webp")):
                    continue
                with self.subTest(file=row["file"]):
                    one, other = self.results(CORPUS / folder / row["file"])
                    self.assertEqual(one, other)
        self.assertEqual([program.stats()["crashed"] for program in self.ways], [0, 0])


if __name__ == "__main__":
    unittest.main()
