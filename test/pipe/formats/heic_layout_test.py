"""HEIC: grids, turns, apertures, alpha and other images beside the picture."""

from PIL import Image

from heic import HeicTest, converted, flat, quadrants
from heif_files import ALPHA, Coded, Item, aux_c, clap, grid_item, heif, image_item, imir, irot
from pixels_test import BLUE, RED, YELLOW

TURNED = {
    1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class HeicLayoutTest(HeicTest):
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
