"""What the thumbnails show: colours at places, not only sizes."""

import io
import itertools
import unittest

from PIL import Image, ImageChops

from program import IMAGES, PipeTest, contract, make, probe

RED, GREEN, BLUE, YELLOW, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 255, 255)
QUADRANTS = [RED, GREEN, BLUE, YELLOW]
# How far a channel may be from what was meant, of 255: lossy formats and colour conversions round.
NEAR = 8


class PixelTest(PipeTest):
    def setUp(self):
        self.program = self.start("--workers", "1")
        self.ids = itertools.count()

    def thumbnails(self, source, *outputs):
        request_id = next(self.ids)
        body = self.assert_ok(self.program.ask(make(request_id, source, *outputs)), request_id)
        for tag, output in body["outputs"]:
            self.assertEqual(tag, "ok", output)
        return [output for _tag, output in body["outputs"]]

    def thumbnail(self, source, **output):
        """The picture that comes out, opened by another library."""
        [made] = self.thumbnails(source, output)
        image = Image.open(io.BytesIO(made["data"]))
        self.assertEqual(image.size, (made["width"], made["height"]))
        self.assertEqual(image.format.lower(), made["format"])
        return image

    def assert_near(self, given, wanted, near=NEAR):
        for channel, meant in zip(given, wanted, strict=True):
            self.assertLessEqual(abs(channel - meant), near, f"{given} is not {wanted}")

    def assert_quadrants(self, image, wanted=QUADRANTS, near=NEAR):
        """The middle of each quarter has its colour."""
        image = image.convert("RGB")
        for index, colour in enumerate(wanted):
            x, y = (1 + index % 2 * 2) * image.width // 4, (1 + index // 2 * 2) * image.height // 4
            self.assert_near(image.getpixel((x, y)), colour, near)


class SourceTest(PixelTest):
    def test_every_format_that_loads_shows_its_quadrants(self):
        loaders = self.program.hello[1]["loaders"]  # heic is one where the program was built with libde265
        for row in (row for row in contract("formats") if row["loads"] == "yes" and row["name"] in loaders):
            with self.subTest(row["name"]):
                [path] = [path for suffix in row["suffixes"].split(",") for path in IMAGES.glob(f"quadrants.{suffix}")]
                image = self.thumbnail(path, width=80, format="png")
                self.assertEqual(image.size, (80, 60))
                self.assert_quadrants(image)

    def test_the_eight_orientations_come_out_equal(self):
        first = None
        for orientation in range(1, 9):
            with self.subTest(orientation=orientation):
                image = self.thumbnail(IMAGES / f"orientation_{orientation}.jpg", width=80, height=80, format="png")
                self.assertEqual(image.size, (80, 60))
                self.assert_quadrants(image)
                self.assertIsNone(image.getexif().get(0x0112), "it is applied, and must not be applied again")
                first = first or image.convert("RGB")
                difference = ImageChops.difference(first, image.convert("RGB"))
                self.assertLessEqual(max(high for _low, high in difference.getextrema()), NEAR)

    def test_a_probe_says_the_size_as_shown_and_as_stored(self):
        for orientation in range(1, 9):
            with self.subTest(orientation=orientation):
                request_id = next(self.ids)
                answer = self.program.ask(probe(request_id, IMAGES / f"orientation_{orientation}.jpg"))
                body = self.assert_ok(answer, request_id)
                stored = (160, 120) if orientation < 5 else (120, 160)
                self.assertEqual((body["width"], body["height"]), (160, 120))
                self.assertEqual((body["raw_width"], body["raw_height"]), stored)
                self.assertEqual(body["orientation"], orientation)

    def test_a_profile_that_is_not_srgb_is_converted_and_removed(self):
        image = self.thumbnail(IMAGES / "p3.png", width=80)
        self.assert_quadrants(image)
        self.assertNotIn("icc_profile", image.info)

    def test_the_traits_of_a_source_do_not_change_what_it_shows(self):
        for name in ("progressive.jpg", "sixteen_bit.png", "animated.gif", "animated.webp"):
            with self.subTest(name):
                self.assert_quadrants(self.thumbnail(IMAGES / name, width=80, format="png"))

    def test_cmyk_becomes_rgb_of_the_same_hues(self):
        image = self.thumbnail(IMAGES / "cmyk.jpg", width=80)
        self.assertEqual(image.mode, "RGB")
        # What a press cannot print is paler, so that only the order of the channels is certain.
        for index, colour in enumerate(QUADRANTS):
            pixel = image.getpixel(((1 + index % 2 * 2) * 20, (1 + index // 2 * 2) * 15))
            highs = [value for value, meant in zip(pixel, colour) if meant == 255]
            lows = [value for value, meant in zip(pixel, colour) if meant == 0]
            self.assertGreater(min(highs), max(lows) + 20, pixel)

    def test_grey_stays_grey(self):
        image = self.thumbnail(IMAGES / "grey.jpg", width=80)
        self.assert_quadrants(image, [(level,) * 3 for level in (40, 100, 160, 220)])

    def test_one_pixel_is_one_pixel(self):
        image = self.thumbnail(IMAGES / "one_pixel.png", width=100)
        self.assertEqual(image.size, (1, 1))
        self.assertEqual(image.convert("RGB").getpixel((0, 0)), RED)

    def test_a_strip_keeps_one_pixel_of_width(self):
        image = self.thumbnail(IMAGES / "tall.png", height=40)
        self.assertEqual(image.size, (1, 40))
        self.assertEqual([image.convert("RGB").getpixel((0, y)) for y in (5, 35)], [RED, BLUE])


class OutputTest(PixelTest):
    def test_every_format_that_saves_shows_the_quadrants(self):
        for row in (row for row in contract("formats") if row["saves"] == "yes"):
            with self.subTest(row["name"]):
                [made] = self.thumbnails(IMAGES / "quadrants.png", {"width": 80, "format": row["name"]})
                self.assertEqual((made["format"], made["width"], made["height"]), (row["name"], 80, 60))
                self.assert_quadrants(self.opened(made), near=20)

    def opened(self, made):
        """Debian's Pillow reads all but AVIF, which the program itself turns into PNG."""
        if made["format"] == "avif":
            return self.thumbnail(made["data"], width=made["width"], format="png")
        return Image.open(io.BytesIO(made["data"]))

    def test_auto_keeps_the_format_or_takes_that_of_the_contract(self):
        sources = {"jpg": "jpeg", "png": "png", "webp": "webp", "gif": "gif", "avif": "avif", "svg": "png"}
        for suffix, wanted in {**sources, "tiff": "jpeg"}.items():
            with self.subTest(suffix):
                [made] = self.thumbnails(IMAGES / f"quadrants.{suffix}", {"width": 40})
                self.assertEqual(made["format"], wanted)

    def test_several_outputs_of_one_request_are_each_as_if_alone(self):
        outputs = (
            {"width": 40, "format": "png"},
            {"width": 64, "height": 64, "fit": "cover", "format": "png"},
            {"width": 100, "height": 20, "fit": "fill", "format": "png"},
        )
        together = [made["data"] for made in self.thumbnails(IMAGES / "quadrants.jpg", *outputs)]
        for output, data in zip(outputs, together):
            alone = self.thumbnail(IMAGES / "quadrants.jpg", **output).convert("RGB")
            shared = Image.open(io.BytesIO(data)).convert("RGB")
            self.assertEqual(shared.size, alone.size)
            self.assert_quadrants(shared)
            self.assert_quadrants(alone)

    def test_bytes_and_a_path_give_the_same_thumbnail(self):
        path = IMAGES / "photo.jpg"
        [by_path] = self.thumbnails(path, {"width": 200})
        [by_bytes] = self.thumbnails(path.read_bytes(), {"width": 200})
        self.assertEqual(by_path, by_bytes)

    def test_quality_buys_bytes(self):
        for name in ("jpeg", "webp", "avif"):
            with self.subTest(name):
                low, high = self.thumbnails(
                    IMAGES / "photo.jpg",
                    {"width": 200, "format": name, "quality": 20},
                    {"width": 200, "format": name, "quality": 90},
                )
                self.assertLess(low["bytes"] * 2, high["bytes"])


class FitTest(PixelTest):
    def test_every_fit_gives_its_size(self):
        # 160 x 120 into 100 x 30, worked out by hand.
        sizes = {"inside": (40, 30), "outside": (100, 75), "cover": (100, 30), "contain": (100, 30), "fill": (100, 30)}
        rows = [row for row in contract("options") if row["name"] == "fit"]
        self.assertEqual(set(sizes), set(rows[0]["choices"].split(",")))
        for fit, size in sizes.items():
            with self.subTest(fit):
                image = self.thumbnail(IMAGES / "quadrants.png", width=100, height=30, fit=fit)
                self.assertEqual(image.size, size)

    def test_cover_cuts_from_the_centre(self):
        image = self.thumbnail(IMAGES / "quadrants.png", width=30, height=60, fit="cover")
        self.assertEqual(image.size, (30, 60))
        self.assert_quadrants(image)

    def test_contain_puts_its_background_beside_the_image(self):
        image = self.thumbnail(
            IMAGES / "quadrants.png", width=100, height=60, fit="contain", background=b"#102030ff", format="png"
        ).convert("RGB")
        self.assertEqual(image.size, (100, 60))
        for x in (2, 97):
            self.assert_near(image.getpixel((x, 30)), (0x10, 0x20, 0x30))
        self.assert_quadrants(image.crop((10, 0, 90, 60)))

    def test_contain_keeps_a_background_that_is_translucent(self):
        image = self.thumbnail(
            IMAGES / "quadrants.png", width=100, height=60, fit="contain", background=b"#10203080", format="png"
        )
        self.assert_near(image.getpixel((2, 30)), (0x10, 0x20, 0x30, 0x80))
        self.assert_near(image.getpixel((30, 15)), (*RED, 255))

    def test_nothing_is_enlarged_unless_asked(self):
        path = IMAGES / "quadrants.png"
        sizes = {"inside": (160, 120), "outside": (160, 120), "cover": (160, 120), "contain": (320, 320)}
        for fit, size in sizes.items():
            with self.subTest(fit):
                self.assertEqual(self.thumbnail(path, width=320, height=320, fit=fit).size, size)
        enlarged = self.thumbnail(path, width=320, height=320, enlarge=True)
        self.assertEqual(enlarged.size, (320, 240))
        self.assert_quadrants(enlarged)


class AlphaTest(PixelTest):
    def test_alpha_is_kept_where_the_format_has_it(self):
        for name in ("png", "webp"):
            with self.subTest(name):
                image = self.thumbnail(IMAGES / "alpha.png", width=80, format=name).convert("RGBA")
                alphas = [image.getpixel(((1 + i % 2 * 2) * 20, (1 + i // 2 * 2) * 15))[3] for i in range(4)]
                self.assert_near(alphas, (255, 128, 64, 0))

    def test_jpeg_has_white_or_the_background_behind_transparent_pixels(self):
        def over(background):
            """The four colours at their alphas of 255, 128, 64 and 0 on a background."""
            parts = zip(QUADRANTS, (1, 128 / 255, 64 / 255, 0))
            return [tuple(round(c * a + b * (1 - a)) for c, b in zip(colour, background)) for colour, a in parts]

        path = IMAGES / "alpha.png"
        self.assert_quadrants(self.thumbnail(path, width=80, format="jpeg"), over(WHITE), near=12)
        black = self.thumbnail(path, width=80, format="jpeg", background=b"#000000")
        self.assert_quadrants(black, over((0, 0, 0)), near=12)


if __name__ == "__main__":
    unittest.main()
