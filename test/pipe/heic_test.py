"""HEIC: what telephones and cameras write, and what they might. Compared with libheif's own reader, heif-convert, where it
reads the file."""

import io
import os
import pathlib
import subprocess
import tempfile
import unittest

from PIL import Image, ImageChops, ImageCms, ImageStat

import heif_files
from heif_files import (
    ALPHA, Coded, Item, aux_c, clap, grid_item, heif, icc, image_item, imir, irot, ispe, nclx,
)
from pixels_test import BLUE, GREEN, PixelTest, QUADRANTS, RED, YELLOW
from program import IMAGES, make, probe

PHOTO = IMAGES / "photo.jpg"
TURNED = {
    1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


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

    def in_srgb(self, image):
        """The pixel that a viewer with colour management shows."""
        if profile := image.info.get("icc_profile"):
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image.convert("RGB"), own, ImageCms.createProfile("sRGB"))
        return image.convert("RGB").getpixel((32, 32))

    def test_pq_and_hlg_are_tone_mapped(self):
        coded = Coded(flat((128, 128, 128)), "-q", "100", "-p", "chroma=444")
        for transfer in (16, 18):
            with self.subTest(transfer=transfer):
                file = heif([image_item(coded, nclx(9, transfer, 9, True))])
                pixel = self.whole(file, (64, 64)).convert("RGB").getpixel((32, 32))
                self.assertLess(max(pixel) - min(pixel), 4)
                self.assertNotIn(pixel[1], range(125, 132), "taken for sRGB")

    def test_a_grid_is_put_together_and_what_is_beyond_it_left_out(self):
        size = (150, 110)
        image = quadrants(size)
        tiles = []
        for top in (0, 64):
            for left in (0, 64, 128):
                tile = Image.new("RGB", (64, 64), (255, 0, 255))
                tile.paste(image.crop((left, top, min(left + 64, 150), min(top + 64, 110))), (0, 0))
                tiles.append(image_item(Coded(tile, "-q", "95", "-p", "chroma=444"), hidden=True))
        file = heif([*tiles, grid_item(2, 3, size, [1, 2, 3, 4, 5, 6])], primary=7)
        self.assertEqual((self.told(file)["width"], self.told(file)["height"], self.told(file)["pages"]), (150, 110, 1))
        made = self.whole(file, size).convert("RGB")
        self.assertEqual(made.size, size)
        self.assertLess(self.mean(made, image), 3)
        self.assert_near(made.getpixel((149, 109)), YELLOW, 12)
        self.assert_quadrants(self.thumbnail(file, width=38, format="png", speed="fast"))

    def test_it_is_turned_and_mirrored_as_its_properties_say_one_after_the_other(self):
        # Each as (properties, the orientation that means the same).
        cases = [
            ([], 1), ([irot(1)], 8), ([irot(2)], 3), ([irot(3)], 6), ([imir(1)], 2), ([imir(0)], 4),
            ([irot(1), imir(1)], 7), ([irot(3), imir(1)], 5),
        ]
        coded = Coded(quadrants((128, 96)), "-q", "95", "-p", "chroma=444")
        for properties, orientation in cases:
            with self.subTest(orientation=orientation):
                file = heif([image_item(coded, *properties)])
                shown = quadrants((128, 96))
                shown = shown if orientation == 1 else shown.transpose(TURNED[orientation])
                told = self.told(file)
                self.assertEqual((told["width"], told["height"], told["orientation"]), (*shown.size, orientation))
                self.assertLess(self.mean(self.whole(file, shown.size).convert("RGB"), shown), 2)
                self.assertLess(self.mean(converted(file).convert("RGB"), shown), 2, "the reference sees it so, too")

    def test_only_the_clean_aperture_is_shown_before_and_after_a_turn(self):
        coded = Coded(quadrants((128, 96)), "-q", "95", "-p", "chroma=444")
        upright = quadrants((128, 96))
        file = heif([image_item(coded, clap(64, 32, 32, 16))])
        self.assertEqual((self.told(file)["width"], self.told(file)["height"]), (64, 32))
        self.assertLess(self.mean(self.whole(file, (64, 32)).convert("RGB"), upright.crop((64, 48, 128, 80))), 2)
        file = heif([image_item(coded, irot(3), clap(40, 100, -20, 10))])
        turned = upright.transpose(Image.Transpose.ROTATE_270)
        self.assertLess(self.mean(self.whole(file, (40, 100)).convert("RGB"), turned.crop((8, 24, 48, 124))), 2)
        for wrong in (clap(200, 32), clap(64, 32, 100, 0), clap(0, 32)):
            self.refused(heif([image_item(coded, wrong)]))

    def test_alpha_is_joined_also_where_it_has_another_size(self):
        colours = Coded(flat((200, 60, 40), (128, 128)), "-q", "95", "-p", "chroma=444")
        for side in (128, 64):
            with self.subTest(side=side):
                half = Image.new("L", (side, side), 255)
                half.paste(0, (0, 0, side // 2, side))
                alpha = image_item(Coded(half, "-q", "100"), aux_c(ALPHA), references=[("auxl", [1])])
                file = heif([image_item(colours), alpha])
                self.assertEqual((self.told(file)["alpha"], self.told(file)["pages"]), ("true", 1))
                made = self.whole(file, (128, 128))
                self.assertEqual(made.mode, "RGBA")
                self.assert_near(made.getpixel((120, 64)), (200, 60, 40, 255))
                self.assertLess(made.getpixel((6, 64))[3], 8)

    def test_colours_that_are_multiplied_with_alpha_are_divided_by_it(self):
        colours = Coded(flat((100, 30, 20)), "-q", "100", "-p", "chroma=444")
        alpha = image_item(Coded(Image.new("L", (64, 64), 128), "-q", "100"), aux_c(ALPHA), references=[("auxl", [1])])
        file = heif([image_item(colours, references=[("prem", [2])]), alpha])
        self.assert_near(self.whole(file, (64, 64)).getpixel((32, 32)), (200, 60, 40, 128), near=4)

    def test_auxiliary_images_that_are_no_alpha_are_not_shown_however_many(self):
        coded = Coded(quadrants((128, 96)), "-q", "95", "-p", "chroma=444")
        other = Coded(Image.new("L", (64, 64), 40))
        kinds = ["hdrgainmap", "semanticskinmatte", "semanticskymatte", "depth"]
        items = [image_item(coded)]
        items += [
            image_item(other, aux_c(f"urn:com:apple:photo:2020:aux:{kind}"), references=[("auxl", [1])], hidden=True)
            for kind in kinds * 8
        ]
        file = heif(items)
        told = self.told(file)
        self.assertEqual((told["alpha"], told["pages"]), ("false", 1))
        self.assert_quadrants(self.thumbnail(file, width=64, format="png"))

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

    def test_exif_tells_the_camera_and_the_time_but_not_the_orientation(self):
        exif = Image.Exif()
        exif[0x010F], exif[0x0110], exif[0x0112] = "Maker", "Model 1", 6
        exif[0x0132] = "2026:11:20 16:50:00"
        data = exif.tobytes()
        coded = Coded(quadrants((128, 96)), "-q", "95", "-p", "chroma=444")
        item = Item("Exif", struct_be(6) + data, references=[("cdsc", [1])])
        file = heif([image_item(coded), item])
        told = self.told(file)
        self.assertEqual((told["camera"], told["taken_at"]), (b"Maker Model 1", b"2026-11-20T16:50:00"))
        self.assertEqual((told["width"], told["height"], told["orientation"]), (128, 96, 1))
        kept = self.thumbnail(file, width=64, format="jpeg", metadata="all")
        self.assertEqual(kept.getexif().get(0x0110), "Model 1")
        self.assertIn(kept.getexif().get(0x0112), (None, 1))
        self.assert_quadrants(kept, near=20)

    def test_a_thumbnail_is_taken_when_that_is_allowed_and_it_has_colours_of_its_own(self):
        large = Coded(flat((200, 60, 40), (256, 192)), "-q", "95", "-p", "chroma=444")
        small = Coded(flat((40, 60, 200), (128, 96)), "-q", "95", "-p", "chroma=444")
        profile = p3_profile()
        plain = heif([image_item(large), image_item(small, references=[("thmb", [1])])])
        owned = heif([image_item(large, icc(profile)), image_item(small, icc(profile), references=[("thmb", [1])])])
        bare = heif([image_item(large, icc(profile)), image_item(small, references=[("thmb", [1])])])

        def is_blue(file, **options):
            red, _green, blue = self.thumbnail(file, format="png", **options).convert("RGB").getpixel((5, 5))
            return blue > red

        self.assertEqual(self.told(plain)["pages"], 1)
        self.assertTrue(is_blue(plain, width=120, preview="allow"))
        self.assertFalse(is_blue(plain, width=120))
        self.assertFalse(is_blue(plain, width=140, preview="allow"), "it is too small")
        self.assertTrue(is_blue(owned, width=120, preview="allow"))
        self.assertFalse(is_blue(bare, width=120, preview="allow"))

    def test_several_pictures_are_pages_and_the_first_is_the_one_that_the_file_names(self):
        red, blue = (image_item(Coded(flat(colour), "-p", "chroma=444")) for colour in (RED, BLUE))
        file = heif([red, blue], primary=2)
        self.assertEqual(self.told(file)["pages"], 2)
        for page, colour in ((0, BLUE), (1, RED)):
            made = self.thumbnail(file, width=32, format="png", page=page).convert("RGB")
            self.assert_near(made.getpixel((16, 16)), colour, 12)

    def test_pictures_made_of_others_are_followed_and_data_in_pieces_joined(self):
        coded = Coded(quadrants((128, 96)), "-q", "95", "-p", "chroma=444")
        identity = Item("iden", b"\0", [irot(2)], [("dimg", [1])], in_meta=True)
        file = heif([image_item(coded, irot(2), hidden=True, pieces=3), identity], primary=2)
        self.assert_quadrants(self.thumbnail(file, width=64, format="png"))

    def test_what_lies_about_itself_is_a_bad_image(self):
        coded = Coded(quadrants((128, 96)), "-q", "95")
        good = image_item(coded)
        lies = {
            "another size": heif([Item("hvc1", coded.data, [ispe((64, 48)), *good.properties[1:]])]),
            "a huge size": heif([Item("hvc1", coded.data, [ispe((60000, 60)), *good.properties[1:]])]),
            "no size": heif([Item("hvc1", coded.data, good.properties[1:])]),
            "no decoder": heif([Item("hvc1", coded.data, good.properties[:1])]),
            "data cut short": heif([Item("hvc1", coded.data[:-20], good.properties)]),
            "too few tiles": heif([good, grid_item(2, 1, (128, 192), [1])], primary=2),
            "tiles beyond the grid": heif([good, grid_item(1, 2, (100, 96), [1, 1])], primary=2),
            "a grid of grids": heif([good, grid_item(1, 1, (128, 96), [2])], primary=2),
            "derived from itself": heif([Item("iden", b"\0", [], [("dimg", [1])], in_meta=True)]),
        }
        for name, file in lies.items():
            with self.subTest(name):
                self.refused(file, "unsupported_format" if name == "a grid of grids" else "bad_image")
        for length in range(0, len(coded.file) - 1, max(1, len(coded.file) // 40)):
            request_id = next(self.ids)
            answer = self.program.ask(make(request_id, coded.file[:length] or b"x", {"width": 32}))
            self.assertEqual(answer[0], "error", length)

    def test_what_is_not_read_is_refused_by_name(self):
        coded = Coded(quadrants((128, 96)), "-q", "95")
        file = heif([Item("vvc1", coded.data, [ispe(coded.size)])])
        self.assertIn(b"vvc1", self.refused(file, "unsupported_format")["message"])

    def test_a_damaged_bit_of_the_image_data_is_never_a_picture_with_ok(self):
        coded = Coded(Image.open(PHOTO).convert("RGB"), "-q", "60", "-p", "x265:hash=1")
        good = self.whole(coded.file, (640, 480)).convert("RGB")
        at = coded.file.index(coded.data) + len(coded.data) // 2
        for bit in range(0, 8, 3):
            damaged = bytearray(coded.file)
            damaged[at + 17 * bit] ^= 1 << bit
            request_id = next(self.ids)
            answer = self.program.ask(make(request_id, bytes(damaged), {"width": 640, "format": "png"}))
            if answer[0] == "ok":
                [(_tag, output)] = answer[2]["outputs"]
                self.assertLess(self.mean(Image.open(io.BytesIO(output["data"])).convert("RGB"), good), 0.01)


def struct_be(number):
    return number.to_bytes(4, "big")


if __name__ == "__main__":
    unittest.main()
