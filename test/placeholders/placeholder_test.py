"""The placeholders are what the reference implementations make of the same pixels (npm thumbhash and blurhash).

The thumbnail is asked for in PNG and no larger than 100 pixels, so that its pixels are those that were hashed.
"""

import base64
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "pipe"))

from program import ROOT, PipeTest, make  # noqa: E402

IMAGES = (
    "photo.jpg",
    "quadrants.png",
    "grey.jpg",
    "cmyk.jpg",
    "p3.png",
    "tall.png",
    "alpha.png",
    "one_pixel.png",
    "orientation_6.jpg",
)
SIZES = ((100, 100), (100, 60), (33, 100), (7, 7))


def references():
    """The folder with the installed packages; installed once into the build directory."""
    folder = pathlib.Path(os.environ["THUMBNAILER_REFERENCES"])
    lock = (HERE / "package-lock.json").read_bytes()
    if not (folder / "node_modules").is_dir() or (folder / "package-lock.json").read_bytes() != lock:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=folder, check=True, timeout=200, stdout=subprocess.DEVNULL)
    shutil.copy(HERE / "reference.mjs", folder)
    return folder


@unittest.skipUnless(shutil.which("npm") and shutil.which("node"), "there is no npm to install the references with")
class PlaceholderTest(PipeTest):
    def placeholder(self, program, kind, image, size):
        self.request_id += 1
        output = {"width": size[0], "height": size[1], "fit": "fill", "format": "png", "placeholder": kind}
        answer = program.ask(make(self.request_id, ROOT / "samples" / "images" / image, output))
        self.assert_ok(answer, self.request_id)
        [(tag, made)] = answer[2]["outputs"]
        self.assertEqual(tag, "ok", made)
        return made["placeholder"].decode(), made["data"]

    def assert_same_thumbhash(self, ours, theirs):
        """Equal, but for factors that are 0: on which side of it they come out is the last bit of a cosine."""
        ours, theirs = base64.b64decode(ours).hex(), base64.b64decode(theirs).hex()
        self.assertEqual(len(ours), len(theirs))
        apart = [(a, b) for a, b in zip(ours, theirs) if a != b]
        self.assertTrue(all({a, b} == {"7", "8"} for a, b in apart), (ours, theirs))

    def test_they_are_what_the_reference_implementations_make(self):
        folder = references()
        program = self.start()
        self.request_id = 0
        cases = []
        with tempfile.TemporaryDirectory() as thumbnails:
            for image in IMAGES:
                for size in SIZES:
                    thumbhash, data = self.placeholder(program, "thumbhash", image, size)
                    blurhash, same = self.placeholder(program, "blurhash", image, size)
                    self.assertEqual(data, same)
                    file = pathlib.Path(thumbnails, f"{len(cases)}.png")
                    file.write_bytes(data)
                    cases.append((image, size, thumbhash, blurhash, str(file)))
            command = ["node", "reference.mjs", *(case[-1] for case in cases)]
            printed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=60)
        lines = printed.stdout.splitlines()
        self.assertEqual(len(lines), len(IMAGES) * len(SIZES))
        for (image, size, thumbhash, blurhash, _file), line in zip(cases, lines):
            with self.subTest(image=image, size=size):
                their_thumbhash, their_blurhash = line.split("\t")
                self.assert_same_thumbhash(thumbhash, their_thumbhash)
                # BlurHash knows no transparency: ours shows the background there, theirs what is hidden.
                if image != "alpha.png":
                    self.assertEqual(blurhash, their_blurhash)


if __name__ == "__main__":
    unittest.main()
