"""AVIF as avifdec has it: every depth and sampling, alpha, grids, turns, crops, and colours by number or profile.

avifenc makes the sources (libavif-bin in Debian).
"""

import io
import itertools
import math
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from PIL import Image, ImageChops, ImageCms, ImageStat

from corpus_files import CORPUS, with_corpus
from program import IMAGES, PipeTest, make, probe


SRGB = ImageCms.createProfile("sRGB")

# What avifdec 0.11 shows in another way: it does not tone-map or turn, refuses one, and mistakes the range of another.
APART = ("_pq_", "orientation", "plum-blossom", "monochrome")

# Smooth, so that the ways to enlarge the planes of colour give the same picture.
WIDTH, HEIGHT = 160, 128


def smooth(alpha=False):
    image = Image.new("RGBA" if alpha else "RGB", (WIDTH, HEIGHT))
    for y in range(HEIGHT):
        for x in range(WIDTH):
            colour = (
                round(128 + 100 * math.sin(x / 40)),
                round(128 + 100 * math.cos(y / 35)),
                round(128 + 90 * math.sin((x + y) / 60 + 1)),
            )
            image.putpixel((x, y), colour + ((round(40 + 200 * x / WIDTH),) if alpha else ()))
    return image


@unittest.skipUnless(shutil.which("avifenc") and shutil.which("avifdec"), "there is no avifenc (libavif-bin)")
class AvifTest(PipeTest):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        for name, alpha in (("opaque", False), ("clear", True)):
            smooth(alpha).save(cls.folder / f"{name}.png")

    def setUp(self):
        self.program = self.start("--workers", "1")
        if self.reader_of("avif") != "dav1d":
            self.skipTest("the program was built without dav1d")
        self.ids = itertools.count(1)
        self.names = itertools.count(1)

    def reader_of(self, name):
        formats = self.program.hello[1]["formats"]
        return next(row["read_with"] for row in formats if row["name"] == name)

    def encoded(self, *arguments, source="opaque.png"):
        path = self.folder / f"{self.id()}-{next(self.names)}.avif"
        command = ["avifenc", "-s", "9", "--min", "4", "--max", "8", *arguments, str(self.folder / source), str(path)]
        subprocess.run(command, check=True, capture_output=True)
        return path

    def reference(self, source):
        path = self.folder / f"{self.id()}-{next(self.names)}.png"
        subprocess.run(["avifdec", "--no-strict", "-d", "8", str(source), str(path)], check=True, capture_output=True)
        image = Image.open(path)
        image.load()
        return image

    def ask(self, source, **output):
        request_id = next(self.ids)
        return request_id, self.program.ask(make(request_id, source, {"format": "png", "bit_depth": 8, **output}))

    def picture(self, source, **output):
        request_id, answer = self.ask(source, **output)
        [(tag, made)] = self.assert_ok(answer, request_id)["outputs"]
        self.assertEqual(tag, "ok", made)
        image = Image.open(io.BytesIO(made["data"]))
        image.load()
        return image

    def header(self, source):
        request_id = next(self.ids)
        return self.assert_ok(self.program.ask(probe(request_id, source)), request_id)

    def assert_alike(self, image, wanted, near=1.5):
        mode = "RGBA" if "A" in wanted.mode else "RGB"
        self.assertEqual(image.size, wanted.size)
        apart = ImageStat.Stat(ImageChops.difference(image.convert(mode), wanted.convert(mode))).mean
        self.assertLess(max(apart), near, apart)

    def test_every_depth_and_sampling_looks_as_avifdec_has_it(self):
        for depth, sampling, limits in itertools.product((8, 10, 12), ("444", "422", "420", "400"), ("full", "limited")):
            with self.subTest(depth=depth, sampling=sampling, limits=limits):
                source = self.encoded("-d", str(depth), "-y", sampling, "-r", limits)
                self.assertEqual(self.header(source)["depth"], depth)
                # avifdec 0.11 takes grey of 8 bits for the full range, whatever the file says.
                wanted = smooth().convert("L") if sampling == "400" else self.reference(source)
                self.assert_alike(self.picture(source, width=WIDTH), wanted)

    def test_alpha_is_there_and_colours_are_not_multiplied_with_it(self):
        for arguments in ((), ("-p",), ("-d", "10", "-p"), ("-y", "420")):
            with self.subTest(arguments):
                source = self.encoded(*arguments, source="clear.png")
                image = self.picture(source, width=WIDTH)
                wanted = self.reference(source)
                self.assert_alike(image.getchannel("A").convert("RGB"), wanted.getchannel("A").convert("RGB"), near=1)
                half = (WIDTH // 2, 0, WIDTH, HEIGHT)  # where alpha leaves enough of the colours
                self.assert_alike(image.crop(half), wanted.crop(half), near=2)

    def test_a_grid_is_put_together(self):
        source = self.encoded("-g", "2x2")
        self.assert_alike(self.picture(source, width=WIDTH), self.reference(source))
        small = self.picture(source, width=WIDTH // 4)
        self.assert_alike(small, self.reference(source).resize(small.size, Image.Resampling.BOX), near=3)

    def test_it_is_turned_mirrored_and_cut(self):
        """avifdec does none of these: they are done to what it shows, in the order of MIAF: clap, irot, imir."""
        for turn, mirror in ((1, None), (2, None), (3, None), (None, 0), (None, 1), (1, 0), (3, 1)):
            with self.subTest(turn=turn, mirror=mirror):
                arguments = [] if turn is None else ["--irot", str(turn)]
                arguments += [] if mirror is None else ["--imir", str(mirror)]
                source = self.encoded(*arguments)
                wanted = self.reference(source).rotate(90 * (turn or 0), expand=True)
                if mirror is not None:
                    wanted = wanted.transpose([Image.Transpose.FLIP_TOP_BOTTOM, Image.Transpose.FLIP_LEFT_RIGHT][mirror])
                self.assert_alike(self.picture(source, width=wanted.width), wanted)
        source = self.encoded("--crop", "20,10,100,80")
        self.assert_alike(self.picture(source, width=100), self.reference(source).crop((20, 10, 120, 90)))

    def test_colours_by_number_are_those_of_their_primaries_and_curve(self):
        red = Image.new("RGB", (64, 64), (200, 60, 40))
        red.save(self.folder / "red.png")
        for numbers, wanted in (
            ("1/13/6", (200, 60, 40)),
            ("12/13/6", (217, 41, 24)),
            ("12/13/1", (217, 41, 24)),
            ("2/2/2", (200, 60, 40)),
            ("1/8/6", (229, 133, 110)),
        ):
            with self.subTest(numbers):
                source = self.encoded("--cicp", numbers, source="red.png")
                image = self.picture(source, width=64).convert("RGB")
                for channel, meant in zip(image.getpixel((32, 32)), wanted, strict=True):
                    self.assertLessEqual(abs(channel - meant), 4, f"{image.getpixel((32, 32))} is not {wanted}")

    def test_pq_and_hlg_are_tone_mapped(self):
        Image.new("RGB", (64, 64), (128, 128, 128)).save(self.folder / "grey.png")
        for numbers in ("9/16/9", "9/18/9"):
            with self.subTest(numbers):
                source = self.encoded("-d", "10", "--cicp", numbers, source="grey.png")
                pixel = self.picture(source, width=64).convert("RGB").getpixel((32, 32))
                self.assertLess(max(pixel) - min(pixel), 4)
                self.assertNotIn(pixel[1], range(125, 132), "taken for sRGB")

    def test_a_profile_is_applied(self):
        with Image.open(IMAGES / "p3.png") as image:
            profile = image.info["icc_profile"]
        path = self.folder / "p3.icc"
        path.write_bytes(profile)
        source = self.encoded("--icc", str(path))
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        wanted = ImageCms.profileToProfile(self.reference(source).convert("RGB"), given, SRGB)
        self.assert_alike(self.picture(source, width=WIDTH), wanted, near=2)

    def test_it_is_shrunk_on_load_without_a_shift(self):
        source = self.encoded("-y", "420")
        for width in (20, 40, 53, 80, 97):
            with self.subTest(width=width):
                small = self.picture(source, width=width)
                self.assert_alike(small, self.reference(source).resize(small.size, Image.Resampling.LANCZOS), near=2.5)

    def test_one_that_is_cut_anywhere_is_bad_in_every_path(self):
        whole = self.encoded("-y", "420").read_bytes()
        for length in range(40, len(whole), 97):
            request_id, answer = self.ask(whole[:length], width=40)
            self.assert_error(answer, request_id, "bad_image")

    @with_corpus
    def test_the_corpus_looks_as_avifdec_has_it(self):
        for source in sorted((CORPUS / "good").glob("*.avif")):
            if any(word in source.name for word in APART):
                continue
            with self.subTest(source.name):
                wanted = self.reference(source)
                if profile := wanted.info.get("icc_profile"):
                    own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
                    wanted = ImageCms.profileToProfile(wanted.convert("RGB"), own, SRGB)
                self.assert_alike(self.picture(source, width=wanted.width), wanted, near=2.5)


if __name__ == "__main__":
    unittest.main()
