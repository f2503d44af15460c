"""What people report of SVG: text, sizes, images inside, what is loaded from outside."""

import base64
import gzip
import io
import os

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

from corpus_files import REPORTS
from program import ROOT, probe
from report import ReportTest, reports
from term import Atom

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


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
