"""Every file of the corpus has a typed result, and none stops the program."""

import io
import itertools
import unittest

from PIL import Image

from corpus_files import CORPUS, manifest, with_corpus
from program import PipeTest, contract, make

TIMEOUT_MS = 10_000
REASONS = {row["name"] for row in contract("reasons") if row["from"] == "port"}
LOADED = {row["name"] for row in contract("formats") if row["loads"] == "yes"}
# How many requests are under way: more than there are workers, so that a killed worker has others waiting behind it.
AT_ONCE = 4

# Where the manifest is wrong, and why.
EITHER = {
    "image-rs--Bad_clrsUsed.bmp": "24 bits a pixel need none of the colours that there are too many of",
    "pillow--badpalettesize.bmp": "of the colours that there are too many of, the 256 that pixels can name are there",
    "libvips--ojpeg-tile.tif": "libtiff 4.7 reads old-style JPEG, 4.5 does not",
    "svg-nan-size.svg": "librsvg takes the size of what is drawn, which is finite",
    "pillow--ultrahdr.jpg": "its file ends inside the scan: Pillow, too, says that it is truncated",
}


@with_corpus
class CorpusTest(PipeTest):
    def results(self, folder, *flags):
        """The answer for every row of a manifest, in the order of the answers. A forbidden call is never one."""
        program = self.start("--workers", "2", "--timeout", str(TIMEOUT_MS), *flags)
        coming = enumerate(manifest(folder))
        waiting = {}

        def send_next():
            for request_id, row in itertools.islice(coming, 1):
                waiting[request_id] = row
                program.send(self.request(request_id, folder, row))

        for _ in range(AT_ONCE):
            send_next()
        while waiting:
            answer = program.receive(timeout=6 * TIMEOUT_MS / 1000)
            self.assertIsNotNone(answer, f"the program ended; waiting: {[row['file'] for row in waiting.values()]}")
            row = waiting.pop(answer[1])
            send_next()
            if answer[0] == "error":
                self.assertNotEqual(answer[2]["reason"], "sandbox_violation", (row["file"], answer[2]))
            yield row, answer
        self.assertLessEqual(program.stats()["crashed"], 2)
        self.assertEqual(program.finish(), ([], 0))

    def request(self, request_id, folder, row):
        return make(request_id, CORPUS / folder / row["file"], {"width": 100, "height": 100, "format": "png"})

    def assert_typed(self, answer):
        """A thumbnail that another library can read, or an error of the closed table."""
        kind, _request_id, body = answer
        if kind == "error":
            self.assertIn(body["reason"], REASONS)
            return self.assert_reason(body, body["reason"])
        [(tag, output)] = body["outputs"]
        if tag == "error":
            self.assertIn(output["reason"], REASONS)
            return self.assert_reason(output, output["reason"])
        image = Image.open(io.BytesIO(output["data"]))
        image.load()
        self.assertEqual(image.size, (output["width"], output["height"]))
        self.assertLessEqual(max(image.size), 100)

    def test_every_good_file_of_a_format_that_loads_becomes_a_thumbnail(self):
        for row, answer in self.results("good"):
            with self.subTest(file=row["file"]):
                self.assert_typed(answer)
                if row["file"] in EITHER:
                    continue
                if row["expect"] == "succeed" and row["format"] in LOADED:
                    self.assertEqual(answer[0], "ok", answer[2])
                elif row["format"] not in LOADED:
                    self.assert_error(answer, answer[1], "unsupported_format")

    def test_every_bad_file_has_a_typed_outcome_in_time(self):
        self.assert_bad_results()

    def test_every_bad_file_has_a_typed_outcome_in_a_process_of_its_own(self):
        self.assert_bad_results("--max-images-per-worker", "1")

    def assert_bad_results(self, *flags):
        for row, answer in self.results("bad", *flags):
            with self.subTest(file=row["file"]):
                self.assert_typed(answer)
                if row["expect"] == "error" and row["file"] not in EITHER:
                    self.assertEqual(answer[0], "error", "an image was made of it")


if __name__ == "__main__":
    unittest.main()
