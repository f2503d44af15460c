"""HEIC: samplings, depths, profiles and colours that are given by numbers. Compared with libheif's own reader, heif-convert, where
it reads the file."""

import io

from PIL import Image, ImageCms

from heic import HeicTest, converted, flat
from heif_files import Coded, grid_item, heif, icc, image_item, nclx
from program import IMAGES

PHOTO = IMAGES / "photo.jpg"


class HeicColourTest(HeicTest):
    def in_srgb(self, image):
        """The pixel that a viewer with colour management shows."""
        if profile := image.info.get("icc_profile"):
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image.convert("RGB"), own, ImageCms.createProfile("sRGB"))
        return image.convert("RGB").getpixel((32, 32))

    def test_every_sampling_and_depth_looks_as_the_reference_decoder_has_it(self):
        photo = Image.open(PHOTO).convert("RGB")
        kinds = {
            "4:2:0": (photo, []),
            "4:2:2": (photo, ["-p", "chroma=422"]),
            "4:4:4": (photo, ["-p", "chroma=444"]),
            "rgb": (photo, ["-L", "-p", "chroma=444", "--matrix_coefficients=0"]),
            "grey": (photo.convert("L"), []),
            "odd sides": (photo.crop((0, 0, 401, 301)), []),
            "odd sides, 4:2:2": (photo.crop((0, 0, 401, 301)), ["-p", "chroma=422"]),
        }
        for name, (image, options) in kinds.items():
            with self.subTest(name):
                file = Coded(image, "-q", "90", *options).file
                wanted = converted(file).convert("RGB")
                made = self.whole(file, image.size).convert("RGB")
                self.assertEqual(made.size, wanted.size)
                # It takes the nearest sample of colour where this program takes the mean of two.
                self.assertLess(self.mean(made, wanted), 0.1 if name in ("4:4:4", "rgb", "grey") else 1.0)

    def test_ten_bits_are_read_as_such(self):
        wide = Image.new("I;16", (64, 64))
        wide.putdata([(x * 1023 // 63) << 6 for _y in range(64) for x in range(64)])
        coded = Coded(wide, "-b", "10", "-L")
        self.assertEqual(self.told(coded.file)["depth"], 10)
        made = self.whole(coded.file, (64, 64), bit_depth=16)
        values = list(made.getdata())[:64]
        values = [value[0] if isinstance(value, tuple) else value for value in values]
        for x, value in enumerate(values):
            self.assertLessEqual(abs(value - x * 65535 / 63), 65535 / 1023 * 2, x)

    def test_colours_are_by_the_numbers_that_the_file_says(self):
        coded = Coded(flat((180, 90, 60)), "-q", "100", "-p", "chroma=444")
        # As it was coded: BT.601, full range.
        luma = 0.299 * 180 + 0.587 * 90 + 0.114 * 60
        cb, cr = (60 - luma) / 1.772, (180 - luma) / 1.402

        def wanted(red, blue, full):
            y, b, r = (luma, cb, cr) if full else ((luma - 16) * 255 / 219, cb * 255 / 224, cr * 255 / 224)
            green = 1 - red - blue
            return (
                y + 2 * (1 - red) * r,
                y - 2 * (1 - blue) * blue / green * b - 2 * (1 - red) * red / green * r,
                y + 2 * (1 - blue) * b,
            )

        weights = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}
        for matrix, (red, blue) in weights.items():
            for full in (True, False):
                with self.subTest(matrix=matrix, full=full):
                    file = heif([image_item(coded, nclx(1, 13, matrix, full))])
                    made = self.whole(file, (64, 64)).convert("RGB")
                    colour = [max(0, min(255, value)) for value in wanted(red, blue, full)]
                    self.assert_near(made.getpixel((32, 32)), colour, near=3)

    def test_primaries_and_curves_without_a_profile_count(self):
        coded = Coded(flat((200, 60, 40)), "-q", "100", "-p", "chroma=444")
        for numbers, wanted in {
            (1, 13): (200, 60, 40),
            (12, 13): (217, 41, 24),  # P3
            (1, 8): (229, 133, 110),  # linear
            (2, 2): (200, 60, 40),
        }.items():
            for profile in ("srgb", "keep"):
                with self.subTest(numbers, profile=profile):
                    file = heif([image_item(coded, nclx(*numbers, 6, True))])
                    self.assert_near(self.in_srgb(self.whole(file, (64, 64), profile=profile)), wanted, near=4)
        tiles = [image_item(coded, nclx(12, 13, 6, True), hidden=True) for _ in range(2)]
        grid = heif([*tiles, grid_item(1, 2, (128, 64), [1, 2])], primary=3)
        self.assert_near(self.in_srgb(self.whole(grid, (128, 64))), (217, 41, 24), near=4)

    def test_pq_and_hlg_are_tone_mapped(self):
        coded = Coded(flat((128, 128, 128)), "-q", "100", "-p", "chroma=444")
        for transfer in (16, 18):
            with self.subTest(transfer=transfer):
                file = heif([image_item(coded, nclx(9, transfer, 9, True))])
                pixel = self.whole(file, (64, 64)).convert("RGB").getpixel((32, 32))
                self.assertLess(max(pixel) - min(pixel), 4)
                self.assertNotIn(pixel[1], range(125, 132), "taken for sRGB")

    def test_the_profile_of_the_picture_or_of_its_first_tile_is_applied(self):
        with Image.open(IMAGES / "p3.png") as p3:
            profile = p3.info["icc_profile"]
            p3.load()
        coded = Coded(p3.convert("RGB"), "-q", "95", "-p", "chroma=444")
        files = {
            "its own": heif([image_item(coded, icc(profile))]),
            "the tile's": heif([image_item(coded, icc(profile), hidden=True), grid_item(1, 1, p3.size, [1])], primary=2),
        }
        for name, file in files.items():
            with self.subTest(name):
                self.assertEqual(self.told(file)["profile"], "true")
                self.assert_quadrants(self.thumbnail(file, width=80, format="png"), near=16)
