"""HEIC: what telephones and cameras write beside the picture, and what is damaged."""

import io

from PIL import Image

from heic import HeicTest, flat, p3_profile, quadrants
from heif_files import Coded, Item, grid_item, heif, icc, image_item, ispe
from program import IMAGES, make

PHOTO = IMAGES / "photo.jpg"


def struct_be(number):
    return number.to_bytes(4, "big")


class HeicFileTest(HeicTest):
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
