"""What people report of colour: profiles, samples, channels, numbers in place of profiles."""

import io
import itertools
from struct import pack, unpack_from

from PIL import Image, ImageCms

from corpus_files import REPORTS
from report import FOUR, NEAR, ReportTest, reports


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
