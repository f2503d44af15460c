"""What the tests of reports share: kinds of faults that people report of image libraries, one input each. The result is the right
picture, or an error that says why."""

import io
import itertools

from PIL import Image, ImageCms

from corpus_files import REPORTS, with_corpus
from program import PipeTest, make

# The four colours of most inputs: top left, top right, bottom left, bottom right.
FOUR = [(200, 60, 40), (60, 160, 80), (50, 80, 190), (128, 128, 128)]
NEAR = 3

TESTED = set()


def reports(*names):
    """Marks a test as the one of these files."""

    def mark(test):
        TESTED.update(names)
        return test

    return mark


@with_corpus
class ReportTest(PipeTest):
    def setUp(self):
        self.program = self.start("--workers", "1")
        self.ids = itertools.count(1)

    def answer(self, name, *outputs, **options):
        request_id = next(self.ids)
        source = REPORTS / name if isinstance(name, str) else name
        return request_id, self.program.ask(make(request_id, source, *outputs, **options))

    def assert_made(self, name, *outputs):
        request_id, answer = self.answer(name, *outputs)
        for tag, made in self.assert_ok(answer, request_id)["outputs"]:
            self.assertEqual(tag, "ok", made)
        return [made for _tag, made in answer[2]["outputs"]]

    def made(self, name, **output):
        [made] = self.assert_made(name, output)
        return made

    def source(self, name):
        image = Image.open(REPORTS / name)
        self.addCleanup(image.close)
        return image

    def picture(self, name, **output):
        made = self.made(name, **output)
        if made["format"] == "avif":
            return self.picture(made["data"], width=made["width"], format="png")
        return Image.open(io.BytesIO(made["data"]))

    def in_srgb(self, image):
        """What a viewer with colour management shows."""
        if "icc_profile" not in image.info:
            return image.convert("RGB")
        own = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        return ImageCms.profileToProfile(image.convert("RGB"), own, ImageCms.createProfile("sRGB"), outputMode="RGB")

    def assert_pixel(self, image, place, wanted, near=NEAR):
        given = image.getpixel(place)
        given = given if isinstance(given, tuple) else (given,)
        wanted = wanted if isinstance(wanted, tuple) else (wanted,) * len(given)
        for channel, meant in zip(given, wanted, strict=True):
            self.assertLessEqual(abs(channel - meant), near, f"{given} at {place} is not {wanted}")

    def assert_quarters(self, image, wanted=FOUR, near=NEAR):
        for index, colour in enumerate(wanted):
            place = ((1 + index % 2 * 2) * image.width // 4, (1 + index // 2 * 2) * image.height // 4)
            self.assert_pixel(image, place, colour, near)

    def assert_opaque(self, image):
        self.assertEqual(image.convert("RGBA").getchannel("A").getextrema(), (255, 255))

    def assert_four_colours(self, name, profiles=("srgb", "p3"), near=NEAR, **options):
        for profile in profiles:
            with self.subTest(name, profile=profile):
                image = self.picture(name, width=100, format="png", profile=profile, **options)
                self.assert_opaque(image)
                self.assert_quarters(self.in_srgb(image), near=near)
