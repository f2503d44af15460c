"""Kinds of faults that people report of image libraries, one input each: the right picture, or an error that says why.

The inputs are those of the corpus (THUMBNAILER_CORPUS, or ../shared/corpus beside the checkout), folder reports. Its
MANIFEST.tsv says what is right; every row of it has a test here.
"""

import base64
import csv
import gzip
import io
import itertools
import os
import pathlib
import unittest
from struct import pack, unpack_from

from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageFont, ImageStat

from program import ROOT, PipeTest, make, probe
from term import Atom

REPORTS = pathlib.Path(os.environ.get("THUMBNAILER_CORPUS", ROOT.parent / "shared" / "corpus")) / "reports"

# The four colours of most inputs: top left, top right, bottom left, bottom right.
FOUR = [(200, 60, 40), (60, 160, 80), (50, 80, 190), (128, 128, 128)]
NEAR = 3

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"

TESTED = set()


def reports(*names):
    """Marks a test as the one of these files."""

    def mark(test):
        TESTED.update(names)
        return test

    return mark


@unittest.skipUnless(REPORTS.is_dir(), f"there are no reports at {REPORTS} (THUMBNAILER_CORPUS)")
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


class ManifestTest(ReportTest):
    def test_every_row_of_the_manifest_has_a_test(self):
        with open(REPORTS / "MANIFEST.tsv", newline="") as file:
            rows = {row["file"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
        self.assertEqual(rows, TESTED)


class DrawingTest(ReportTest):
    @reports("svg_text.svg")
    def test_text_is_drawn_in_letters(self):
        image = self.picture("svg_text.svg", width=400, format="png").convert("L")
        self.assert_alike(image, self.thumb())
        small = self.picture("svg_text.svg", width=100, format="png").convert("L")
        self.assert_alike(small, self.thumb().resize((100, 50), Image.LANCZOS))

    def thumb(self):
        """The word as Pillow writes it with the same font."""
        image = Image.new("L", (400, 200), 255)
        ImageDraw.Draw(image).text((20, 120), "Thumb", font=ImageFont.truetype(FONT, 90), fill=0, anchor="ls")
        return image

    def assert_alike(self, image, wanted):
        self.assertEqual(image.size, wanted.size)
        mean = ImageStat.Stat(ImageChops.difference(image, wanted)).mean[0]
        self.assertLess(mean, 3, "the word is not there in letters")

    def test_text_of_an_overlay_is_drawn(self):
        source = (ROOT / "samples" / "images" / "quadrants.png").read_bytes()
        overlay = (REPORTS / "svg_text.svg").read_bytes()
        output = {"width": 400, "enlarge": True, "format": "png", "overlay": self.as_bytes(overlay),
                  "overlay_scale": 1.0, "overlay_gravity": "centre"}
        request_id, answer = self.answer(source, output)
        [(tag, made)] = self.assert_ok(answer, request_id)["outputs"]
        self.assertEqual(tag, "ok", made)
        image = Image.open(io.BytesIO(made["data"])).convert("L")
        below = (image.height - 200) // 2
        self.assert_alike(image.crop((0, below, 400, below + 200)), self.thumb())

    def as_bytes(self, data):
        return (Atom("bytes"), data)

    @reports("svg_mixed_units_in.svg", "svg_mixed_units_stroke_pt.svg", "svg_a4_mm.svg")
    def test_an_inch_is_96_pixels(self):
        image = self.picture("svg_mixed_units_in.svg", width=300, format="png").convert("RGB")
        self.assert_pixel(image, (190, 50), (200, 60, 40))
        self.assert_pixel(image, (193, 50), (60, 160, 80))
        image = self.picture("svg_mixed_units_stroke_pt.svg", width=300, format="png").convert("RGB")
        for y, colour in ((58, (255, 255, 255)), (62, (200, 60, 40)), (138, (200, 60, 40)), (142, (255, 255, 255))):
            self.assert_pixel(image, (150, y), colour)
        request_id = next(self.ids)
        body = self.assert_ok(self.program.ask(probe(request_id, REPORTS / "svg_a4_mm.svg")), request_id)
        self.assertEqual((body["width"], body["height"]), (794, 1123))
        image = self.picture("svg_a4_mm.svg", width=2000, format="png")
        self.assertEqual(image.size, (794, 1123))
        self.assert_quarters(image.convert("RGB"), [(50, 80, 190)] * 4)

    def test_a_drawing_without_a_usable_size_is_as_in_browsers(self):
        whole = '<rect width="100%" height="100%" fill="#c83c28"/>'
        for head, size in {
            'width="50%" height="100%"': (300, 150),
            "": (300, 150),
            'width="-5" height="40"': (300, 40),
            'width="100%" height="auto" viewBox="0 0 20 10"': (20, 10),
            'width="101.6Q" height="1in"': (96, 96),
            'width="1e9" height="1e9"': (14142, 14142),  # within 200 million pixels
            'width="0.001" height="0.0005" viewBox="0 0 2 1"': (100, 50),
        }.items():
            with self.subTest(head):
                drawing = f'<svg xmlns="http://www.w3.org/2000/svg" {head}>{whole}</svg>'.encode()
                request_id = next(self.ids)
                body = self.assert_ok(self.program.ask(probe(request_id, drawing)), request_id)
                self.assertEqual((body["width"], body["height"]), size)
                image = self.picture(drawing, width=60, format="png", enlarge=True).convert("RGBA")
                for place in ((1, 1), (image.width - 2, image.height - 2)):
                    self.assert_pixel(image, place, (200, 60, 40, 255))

    def test_what_a_drawing_offers_in_place_of_foreign_elements_is_drawn(self):
        drawing = (
            b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><switch>'
            b'<foreignObject width="20" height="20"><p xmlns="http://www.w3.org/1999/xhtml">label</p></foreignObject>'
            b'<rect width="20" height="20" fill="#c83c28"/></switch></svg>'
        )
        self.assert_pixel(self.picture(drawing, width=20, format="png").convert("RGBA"), (10, 10), (200, 60, 40, 255))

    @reports("svg_comment2k.svg", "svg_doctype_entities.svg", "svg_utf16.svg", "svg_gzipped.svgz")
    def test_a_drawing_is_known_by_its_root_element(self):
        for name in ("svg_comment2k.svg", "svg_doctype_entities.svg", "svg_utf16.svg", "svg_gzipped.svgz"):
            with self.subTest(name):
                image = self.picture(name, width=100, format="png")
                self.assertEqual(image.size, (100, 50))
                self.assert_quarters(image.convert("RGB"))

    @reports("svg_embed_webp.svg")
    def test_an_image_in_a_drawing_is_drawn(self):
        image = self.picture("svg_embed_webp.svg", width=100, format="png")
        self.assert_opaque(image)
        self.assert_quarters(image.convert("RGB"))

    def test_what_a_drawing_does_not_say_is_as_in_browsers(self):
        name = "http://www.w3.org/2000/svg"
        cases = {
            f'<svg xmlns="{name}" viewBox="0 0 200 100"><rect width="200" height="100" fill="currentColor"/></svg>': (0, 0, 0),
            f'<svg xmlns="{name}" width="100%" height="100%" viewBox="0 0 200 100"><rect width="100%" height="100%" fill="#3ca050"/></svg>': (60, 160, 80),
            f'<s:svg xmlns:s="{name}" width="200" height="100"><s:rect width="50%" height="100%"/><s:rect width="200" height="100" fill="#3250be"/></s:svg>': (50, 80, 190),
        }
        for drawing, colour in cases.items():
            with self.subTest(drawing):
                image = self.picture(drawing.encode(), width=100, format="png")
                self.assertEqual(image.size, (100, 50))
                self.assert_quarters(image.convert("RGB"), [colour] * 4)

    def test_no_file_and_no_entity_from_outside_is_loaded(self):
        """Were the file there for it, the rectangle would be covered."""
        logo = ROOT / "samples" / "images" / "quadrants.png"
        name = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        for drawing in (
            f'<svg {name} width="100" height="100"><rect width="100" height="100" fill="#3ca050"/>'
            f'<image width="100" height="100" xlink:href="file://{logo}"/></svg>',
            f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file://{logo}">]><svg {name} width="100" height="100">'
            f'<rect width="100" height="100" fill="#3ca050"/>&x;</svg>',
        ):
            request_id, answer = self.answer(drawing.encode(), {"width": 100, "format": "png"})
            if answer[0] == "error":
                self.assert_error(answer, request_id, "bad_image")
            else:
                image = Image.open(io.BytesIO(answer[2]["outputs"][0][1]["data"]))
                self.assert_quarters(image.convert("RGB"), [(60, 160, 80)] * 4)

    def test_entities_that_grow_are_bounded(self):
        entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
        drawing = f'<!DOCTYPE svg [<!ENTITY e0 "aaaaaaaaaa">{entities}]><svg xmlns="http://www.w3.org/2000/svg"><desc>&e11;</desc></svg>'
        request_id, answer = self.answer(drawing.encode(), {"width": 100, "format": "png"}, timeout=10_000)
        self.assert_error(answer, request_id, "bad_image")

    def test_an_image_of_more_than_ten_megabytes_is_drawn(self):
        noise = Image.frombytes("RGB", (2000, 1500), os.urandom(9_000_000)).resize((2000, 1500))
        file = io.BytesIO()
        noise.save(file, "PNG", compress_level=1)
        data = base64.b64encode(file.getvalue()).decode()
        self.assertGreater(len(data), 10_500_000)
        drawing = f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="150"><image width="200" height="150" href="data:image/png;base64,{data}"/></svg>'
        image = self.picture(drawing.encode(), width=100, format="png")
        self.assert_opaque(image)
        self.assertGreater(len(image.convert("RGB").getcolors(1 << 16)), 1000)

    def test_an_svgz_that_unpacks_to_too_much_is_refused(self):
        packed = gzip.compress(b"<svg>" + bytes(100 << 20), 9)
        request_id, answer = self.answer(packed, {"width": 100})
        self.assert_error(answer, request_id, "too_large")

    def test_text_is_left_out_when_there_is_to_be_no_font(self):
        self.program = self.start("--workers", "1", "--fonts", "none")
        image = self.picture("svg_text.svg", width=400, format="png").convert("L")
        self.assertEqual(image.getextrema(), (255, 255))

    @reports("svg_huge_viewbox.svg")
    def test_a_drawing_has_no_pixels(self):
        image = self.picture("svg_huge_viewbox.svg", width=100, format="png")
        self.assertEqual(image.size, (100, 50))
        self.assert_quarters(image.convert("RGB"))


class ColourTest(ReportTest):
    @reports("grey_dotgain20_profile.jpg", "grey_dotgain20_profile.png")
    def test_the_profile_of_a_grey_image_is_applied(self):
        for name in ("grey_dotgain20_profile.jpg", "grey_dotgain20_profile.png"):
            plain = self.source(name)
            for profile in ("srgb", "p3", "keep"):
                with self.subTest(name, profile=profile):
                    image = self.picture(name, width=100, format="png", profile=profile)
                    self.assert_dot_gain(image, plain)
            with self.subTest(name, format="jpeg"):
                self.assert_dot_gain(self.picture(name, width=100, format="jpeg"), plain, near=4)
            with self.subTest(name, metadata="icc"):
                self.assert_dot_gain(self.picture(name, width=100, format="webp", metadata="icc"), plain, near=4)

    def assert_dot_gain(self, image, plain, near=NEAR):
        """As lcms has it: 64 is 88, 128 is 148."""
        dot_gain = ImageCms.ImageCmsProfile(io.BytesIO(plain.info["icc_profile"]))
        wanted = ImageCms.profileToProfile(plain, dot_gain, ImageCms.createProfile("sRGB"), outputMode="RGB")
        if image.mode == "L" and "icc_profile" in image.info:
            own = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
            shown = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
        else:
            shown = self.in_srgb(image)
        for x, y in itertools.product((1, 3), (1, 3)):
            there = (x * plain.width // 4, y * plain.height // 4)
            here = (x * image.width // 4, y * image.height // 4)
            self.assert_pixel(shown, here, wanted.getpixel(there), near)

    @reports("tiff_lab16.tif", "tiff_lab8.tif", "tiff_rgb_float_linear.tif", "tiff_ycbcr_uncompressed.tif")
    def test_samples_of_every_kind_show_the_four_colours(self):
        for name in ("tiff_lab16.tif", "tiff_rgb_float_linear.tif", "tiff_ycbcr_uncompressed.tif"):
            self.assert_four_colours(name)
        # A step of 1 in a* or b* is as much as this in red.
        self.assert_four_colours("tiff_lab8.tif", near=12)

    @reports("tiff_rgb_uint32.tif")
    def test_samples_of_32_bits_show_the_four_colours(self):
        self.assert_four_colours("tiff_rgb_uint32.tif")
        image = self.picture("tiff_rgb_uint32.tif", width=100, format="png", bit_depth=16)
        self.assert_quarters(image.convert("RGB"))

    @reports("tiff_grey_int16.tif")
    def test_signed_samples_are_the_picture_or_an_error(self):
        request_id, answer = self.answer("tiff_grey_int16.tif", {"width": 100, "format": "png"})
        if answer[0] == "error":
            self.assertIn(b"signed", self.assert_error(answer, request_id, "unsupported_format")["message"])
        else:
            image = self.picture("tiff_grey_int16.tif", width=100, format="png").convert("L")
            self.assertGreater(image.getextrema()[1], 100)

    def test_samples_of_64_bits_are_refused_by_name(self):
        for kind in (1, 3):  # whole numbers, floats
            entries = [(256, 3, 1, 4), (257, 3, 1, 4), (258, 3, 1, 64), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 200),
                       (277, 3, 1, 1), (278, 3, 1, 4), (279, 4, 1, 128), (339, 3, 1, kind)]
            tiff = b"II*\0" + pack("<I", 8) + pack("<H", len(entries))
            tiff += b"".join(pack("<HHII", *entry) for entry in entries) + pack("<I", 0)
            request_id, answer = self.answer(tiff.ljust(200, b"\0") + bytes(128), {"width": 4})
            self.assert_error(answer, request_id, "unsupported_format")
            self.assertIn(b"64 bits", answer[2]["message"])

    @reports(
        "tiff_rgb_alpha_spot_zero.tif",
        "tiff_rgb_two_spots_zero.tif",
        "tiff_rgb_saved_selection_unspecified.tif",
    )
    def test_channels_that_are_no_alpha_are_dropped(self):
        for name in ("rgb_alpha_spot_zero", "rgb_two_spots_zero", "rgb_saved_selection_unspecified"):
            self.assert_four_colours(f"tiff_{name}.tif")

    @reports("tiff_grey_alpha_spot_zero.tif")
    def test_grey_beside_a_spot_colour_is_the_picture(self):
        image = self.picture("tiff_grey_alpha_spot_zero.tif", width=100, format="png")
        self.assert_opaque(image)
        source = Image.frombytes("L", (160, 120), self.first_bands("tiff_grey_alpha_spot_zero.tif", 3))
        self.assert_quarters(image.convert("L"), [self.quarter(source, index) for index in range(4)])

    @reports("tiff_cmyk_one_spot_zero.tif")
    def test_cmyk_beside_a_spot_colour_is_the_picture(self):
        image = self.picture("tiff_cmyk_one_spot_zero.tif", width=100, format="png")
        self.assert_opaque(image)
        red, green, blue, grey = (self.quarter(image.convert("RGB"), index) for index in range(4))
        self.assertGreater(red[0], max(red[1:]) + 60)
        self.assertGreater(green[1], max(green[0], green[2]) + 20)
        self.assertGreater(blue[2], max(blue[:2]) + 40)
        self.assertLess(max(grey) - min(grey), 30)

    def first_bands(self, name, bands):
        """The first of the interleaved bands: these files have one strip, or strips that follow each other."""
        data = (REPORTS / name).read_bytes()
        order = "<" if data[:2] == b"II" else ">"
        (at,) = unpack_from(order + "I", data, 4)
        (count,) = unpack_from(order + "H", data, at)
        for index in range(count):
            tag, kind, number, value = unpack_from(order + "HHII", data, at + 2 + 12 * index)
            if tag == 0x0111:
                begin = value if number == 1 else unpack_from(order + "I", data, value)[0]
        return data[begin : begin + 160 * 120 * bands : bands]

    def quarter(self, image, index):
        return image.getpixel(((1 + index % 2 * 2) * image.width // 4, (1 + index // 2 * 2) * image.height // 4))

    @reports("avif_alpha_premultiplied.avif")
    def test_premultiplied_alpha_is_undone(self):
        image = self.picture("avif_alpha_premultiplied.avif", width=100, format="png").convert("RGBA")
        self.assert_pixel(image, (25, 18), (200, 60, 40, 63), near=6)

    def test_associated_alpha_of_a_tiff_is_undone(self):
        """(200, 60, 40) at alpha 63, multiplied."""
        pixel = bytes([49, 15, 10, 63])
        entries = [(256, 3, 1, 8), (257, 3, 1, 8), (258, 3, 4, 200), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 1, 208),
                   (277, 3, 1, 4), (278, 3, 1, 8), (279, 4, 1, 256), (338, 3, 1, 1)]
        head = b"II*\0" + pack("<I", 8) + pack("<H", len(entries))
        head += b"".join(pack("<HHII", *entry) for entry in entries) + pack("<I", 0)
        tiff = head.ljust(200, b"\0") + pack("<4H", 8, 8, 8, 8) + pixel * 64
        image = self.picture(tiff, width=8, format="png").convert("RGBA")
        self.assert_pixel(image, (4, 4), (200, 60, 40, 63), near=4)

    @reports("avif_nclx_p3.avif", "png_p3_cicp.png")
    def test_primaries_without_a_profile_count(self):
        for name in ("avif_nclx_p3.avif", "png_p3_cicp.png"):
            for profile in ("srgb", "p3", "keep"):
                with self.subTest(name, profile=profile):
                    image = self.in_srgb(self.picture(name, width=100, format="png", profile=profile))
                    self.assert_pixel(image, (25, 18), (217, 41, 24))
                    self.assert_pixel(image, (75, 56), (128, 128, 128))

    @reports("avif_nclx_hlg.avif")
    def test_hlg_is_tone_mapped(self):
        """BT.2408: HLG 75 % is the white of SDR; 128 of 255 is 51 cd/m2, a quarter of it."""
        image = self.picture("avif_nclx_hlg.avif", width=100, format="png").convert("RGB")
        grey = image.getpixel((75, 56))
        self.assertLess(max(grey) - min(grey), 4)
        self.assert_pixel(image, (75, 56), (137, 137, 137))
        red = image.getpixel((25, 18))
        self.assertGreater(red[0], 200)
        self.assertLess(max(red[1:]), 60)

    @reports("png_gama10.png")
    def test_the_gamma_of_a_png_counts(self):
        """A sample of a linear image, 200 of 255, is 229 in sRGB."""
        image = self.picture("png_gama10.png", width=100, format="png").convert("RGB")

        def from_linear(value):
            light = value / 255
            return round(255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055))

        self.assert_quarters(image, [tuple(map(from_linear, colour)) for colour in FOUR])

    @reports("flat_alpha_10.png")
    def test_a_faint_colour_stays_that_colour(self):
        image = self.picture("flat_alpha_10.png", width=50, format="png").convert("RGBA")
        self.assert_quarters(image, [(200, 60, 40, 10)] * 4)


class FileTest(ReportTest):
    @reports("copyright_brackets.jpg")
    def test_a_copyright_with_brackets_is_kept(self):
        image = self.picture("copyright_brackets.jpg", width=100, metadata="copyright")
        self.assertEqual(image.getexif()[0x8298], "Copyright (c) 2020 Studio")

    @reports("copyright_japanese.jpg")
    def test_the_bytes_of_a_copyright_are_kept(self):
        source = self.copyright_bytes((REPORTS / "copyright_japanese.jpg").read_bytes())
        for metadata in ("copyright", "all"):
            with self.subTest(metadata):
                made = self.made("copyright_japanese.jpg", width=100, metadata=metadata)
                self.assertEqual(self.copyright_bytes(made["data"]), source)

    def copyright_bytes(self, jpeg):
        """The value of tag 0x8298 in IFD0, without its closing NUL."""
        exif = jpeg[jpeg.index(b"Exif\0\0") + 6 :]
        order = "<" if exif[:2] == b"II" else ">"
        (at,) = unpack_from(order + "I", exif, 4)
        (count,) = unpack_from(order + "H", exif, at)
        for index in range(count):
            tag, _kind, number, value = unpack_from(order + "HHII", exif, at + 2 + 12 * index)
            if tag == 0x8298:
                return exif[value : value + number].rstrip(b"\0")
        self.fail("there is no copyright")

    @reports("xmp_orientation_and_rights.jpg")
    def test_what_is_kept_tells_no_orientation_that_is_gone(self):
        for metadata in ("copyright", "all"):
            with self.subTest(metadata):
                made = self.made("xmp_orientation_and_rights.jpg", width=60, metadata=metadata)
                image = Image.open(io.BytesIO(made["data"]))
                self.assertEqual(image.size, (60, 80))
                self.assertIn(image.getexif().get(0x0112), (None, 1))
                self.assertNotRegex(made["data"], rb"tiff:Orientation(=.|>)[2-8]")
                self.assertIn(b"rights", made["data"])

    @reports("tiff_fax_204x98dpi.tif")
    def test_unequal_resolutions_are_honoured(self):
        source = self.source("tiff_fax_204x98dpi.tif")
        image = self.picture("tiff_fax_204x98dpi.tif", width=100, format="png")
        seen = source.width / 204, source.height / 98
        self.assertAlmostEqual(image.width / image.height, seen[0] / seen[1], delta=0.02)

    @reports("tiff_small_preview_first.tif")
    def test_a_tiff_shows_its_picture_not_its_preview(self):
        image = self.picture("tiff_small_preview_first.tif", width=100, format="png")
        self.assertEqual(image.size, (100, 75))
        self.assert_quarters(image.convert("RGB"))

    @reports("animated_growing_object.gif")
    def test_trim_keeps_what_any_frame_shows(self):
        source = self.source("animated_growing_object.gif")
        left, top, right, bottom = source.width, source.height, 0, 0
        for index in range(source.n_frames):
            source.seek(index)
            shown = source.convert("L").point(lambda value: 255 if value < 200 else 0).getbbox()
            left, top = min(left, shown[0]), min(top, shown[1])
            right, bottom = max(right, shown[2]), max(bottom, shown[3])
        made = self.made("animated_growing_object.gif", width=source.width, trim=True, animated=True)
        self.assertLessEqual(abs(made["width"] - (right - left)), 2)
        self.assertLessEqual(abs(made["height"] - (bottom - top)), 2)

    @reports("animated_64_colours.gif")
    def test_a_smaller_animation_has_fewer_bytes(self):
        made = self.made("animated_64_colours.gif", width=200, animated=True)
        self.assertLess(made["bytes"], (REPORTS / "animated_64_colours.gif").stat().st_size)
        animation = Image.open(io.BytesIO(made["data"]))
        self.assertEqual(animation.n_frames, self.source("animated_64_colours.gif").n_frames)

    @reports("palette16_screenshot.png")
    def test_a_palette_stays_one_where_that_is_smaller(self):
        made = self.made("palette16_screenshot.png", width=400)
        [true_colour] = self.assert_made("palette16_screenshot.png", {"width": 400, "bit_depth": 8})
        self.assertLessEqual(made["bytes"], (REPORTS / "palette16_screenshot.png").stat().st_size)
        self.assertLess(made["bytes"] * 4, true_colour["bytes"])
        image = Image.open(io.BytesIO(made["data"]))
        self.assertEqual(image.mode, "P")
        apart = ImageChops.difference(image.convert("RGB"), Image.open(io.BytesIO(true_colour["data"])).convert("RGB"))
        self.assertLess(max(ImageStat.Stat(apart).rms), 10, "the rims of letters keep their colours")

    @reports("jpeg_baseline_no_eoi.jpg")
    def test_a_jpeg_without_its_end_marker_is_ok_in_every_path(self):
        for output in (
            {"width": 100},
            {"width": 100, "format": "png"},
            {"width": 100, "format": "avif"},
            {"width": 100, "greyscale": True},
            {"width": 100, "linear": True},
            {"width": 40, "speed": "fast"},
        ):
            with self.subTest(**output):
                self.made("jpeg_baseline_no_eoi.jpg", **output)

    def test_a_jpeg_that_lacks_its_last_rows_is_bad_however_few_they_are(self):
        wavy = Image.new("RGB", (320, 240))
        wavy.putdata([(x * 7 % 256, y * 5 % 256, x * y % 256) for y in range(240) for x in range(320)])
        for name, options in {
            "baseline": {},
            "4:4:4": {"subsampling": 0},
            "restarts": {"restart_marker_blocks": 8},
            "progressive": {"progressive": True},
        }.items():
            file = io.BytesIO()
            wavy.save(file, "JPEG", **options)
            for cut in (2, 40, 200, 1000):
                for output in ({"width": 100}, {"width": 100, "format": "png"}, {"width": 40, "speed": "fast"}):
                    with self.subTest(name, cut=cut, **output):
                        request_id, answer = self.answer(file.getvalue()[:-cut], output)
                        if cut == 2:
                            self.assert_ok(answer, request_id)
                        else:
                            self.assert_error(answer, request_id, "bad_image")

    def test_a_jpeg_cut_inside_its_data_is_bad_in_every_path_unless_that_is_allowed(self):
        whole = (ROOT / "samples" / "images" / "photo.jpg").read_bytes()
        cut = whole[: len(whole) // 2]
        for output in (
            {"width": 100},
            {"width": 100, "format": "png"},
            {"width": 100, "greyscale": True},
            {"width": 100, "linear": True},
            {"width": 40, "speed": "fast"},
        ):
            with self.subTest(**output):
                request_id, answer = self.answer(cut, output)
                self.assert_error(answer, request_id, "bad_image")
                image = self.picture(cut, **output, truncated="allow").convert("RGB")
                middle = image.crop((0, image.height * 3 // 4, image.width, image.height)).getcolors(1 << 16)
                self.assertEqual(len(middle), 1, "what is not there is grey")

    def test_ultra_hdr_shows_its_base_image_and_keeps_no_gain_map(self):
        base = (ROOT / "samples" / "images" / "quadrants.jpg").read_bytes()
        gain = (ROOT / "samples" / "images" / "grey.jpg").read_bytes()
        xmp = (b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
               b'<rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"/></rdf:RDF></x:xmpmeta>')
        source = base[:2] + b"\xff\xe1" + pack(">H", len(xmp) + 2) + xmp + base[2:] + gain
        for metadata in ("none", "all"):
            made = self.made(source, width=80, metadata=metadata)
            self.assertEqual(made["data"].count(b"\xff\xd8\xff"), 1)
            image = Image.open(io.BytesIO(made["data"])).convert("RGB")
            self.assert_quarters(image, [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)], near=8)

    @reports("size_12000x9000_1bit.png")
    def test_108_megapixels_are_within_the_limits(self):
        image = self.picture("size_12000x9000_1bit.png", width=100, format="png")
        self.assertEqual(image.size, (100, 75))


if __name__ == "__main__":
    unittest.main()
