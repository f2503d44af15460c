"""What people report of files: metadata, resolutions, previews, animations, files that are cut."""

import io
import unittest
from struct import pack, unpack_from

from PIL import Image, ImageChops, ImageStat

from corpus_files import REPORTS
from program import ROOT
from report import ReportTest, reports


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
