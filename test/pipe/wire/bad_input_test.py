"""Everything a caller can get wrong is a typed error that names it; the program goes on and leaves no half file."""

import os
import pathlib
import tempfile
import unittest

from program import IMAGES, PipeTest, contract, make, probe
from term import Atom

PHOTO = IMAGES / "photo.jpg"
SMALL = {"width": 50}


class BadInputTest(PipeTest):
    def setUp(self):
        self.program = self.start("--workers", "2")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        # Whatever was asked, the next one is served.
        self.addCleanup(self.assert_alive, self.program)
        self.request_id = 0

    def refused(self, reason, source, *outputs, **options):
        self.request_id += 1
        answer = self.program.ask(make(self.request_id, source, *(outputs or [SMALL]), **options))
        return self.assert_error(answer, self.request_id, reason)

    def test_sources_that_are_no_image(self):
        fifo = self.folder / "fifo.jpg"
        os.mkfifo(fifo)
        dangling = self.folder / "dangling.jpg"
        dangling.symlink_to("nowhere")
        cases = {
            "a missing file": ("not_found", self.folder / "missing.jpg"),
            "a symbolic link to nothing": ("not_found", dangling),
            "a path through a file": ("not_found", PHOTO / "below.jpg"),
            "a directory": ("not_a_file", self.folder),
            "a device": ("not_a_file", "/dev/zero"),
            "a fifo that nobody writes to": ("not_a_file", fifo),
            "an empty file": ("empty_source", IMAGES / "empty.jpg"),
            "no bytes": ("empty_source", b""),
            "a text named .jpg": ("unsupported_format", IMAGES / "not_an_image.jpg"),
            "bytes of no format": ("unsupported_format", b"\x00" * 1000),
            "a JPEG that is cut short": ("bad_image", IMAGES / "truncated.jpg"),
            "a JPEG of two bytes": ("bad_image", b"\xff\xd8\xff"),
            "a header of 50,000 x 50,000 pixels": ("too_large", IMAGES / "huge_header.png"),
            "a missing file whose name is not UTF-8": ("not_found", self.folder / os.fsdecode(b"caf\xe9.jpg")),
        }
        for name, (reason, source) in cases.items():
            with self.subTest(name):
                self.refused(reason, source)
                # A probe reads the header only, and that of the JPEG that is cut short is whole.
                if source != IMAGES / "truncated.jpg":
                    self.request_id += 1
                    answer = self.program.ask(probe(self.request_id, source))
                    self.assert_error(answer, self.request_id, reason)

    def test_a_string_in_the_place_of_a_binary_is_told_how_a_binary_is_written(self):
        self.request_id += 1
        request = (Atom("make"), self.request_id, {Atom("outputs"): [{Atom("width"): 9}]}, (Atom("path"), list(b"a.jpg")))
        answer = self.program.ask(request)
        self.assertIn(b'a binary is written <<"...">>', self.assert_error(answer, self.request_id, "bad_request")["message"])

    def test_damage_that_a_decoder_shows_comes_as_a_warning_or_is_refused(self):
        photo = bytearray(PHOTO.read_bytes())
        for at in range(len(photo) * 2 // 3, len(photo) * 2 // 3 + 6):
            photo[at] ^= 0x5A
        self.request_id += 1
        answer = self.program.ask(make(self.request_id, bytes(photo), SMALL, {**SMALL, "format": "png"}))
        (warning,) = self.assert_ok(answer, self.request_id)["warnings"]
        self.assertIn(b"Corrupt JPEG data", warning)
        error = self.refused("bad_image", bytes(photo), SMALL, {**SMALL, "fail_on_warning": True})
        self.assertIn(b"Corrupt JPEG data", error["message"])
        self.request_id += 1
        answer = self.program.ask(make(self.request_id, PHOTO, {**SMALL, "fail_on_warning": True}))
        self.assertNotIn("warnings", self.assert_ok(answer, self.request_id))
        self.request_id += 1
        answer = self.program.ask(make(self.request_id, IMAGES / "truncated.jpg", {**SMALL, "truncated": "allow"}))
        self.assertIn(b"the image ends inside its data", self.assert_ok(answer, self.request_id)["warnings"])

    def test_the_suffix_of_a_file_says_the_format_that_nothing_else_says(self):
        begins = {"webp": b"RIFF", "png": b"\x89PNG", "PNG": b"\x89PNG", "tif": b"II*", "": b"\xff\xd8\xff"}
        for suffix, begin in begins.items():
            with self.subTest(suffix):
                to = self.folder / f"small.{suffix}"
                self.request_id += 1
                answer = self.program.ask(make(self.request_id, PHOTO, {**SMALL, "to": os.fsencode(to)}))
                self.assert_ok(answer, self.request_id)
                self.assertTrue(to.read_bytes().startswith(begin), to.read_bytes()[:8])
        for name in ("small", ".bmp"):
            with self.subTest(name):
                to = self.folder / name
                self.request_id += 1
                answer = self.program.ask(make(self.request_id, PHOTO, {**SMALL, "to": os.fsencode(to)}))
                self.assert_ok(answer, self.request_id)
                self.assertTrue(to.read_bytes().startswith(b"\xff\xd8\xff"))
        to = self.folder / "named.webp"
        self.request_id += 1
        answer = self.program.ask(make(self.request_id, PHOTO, {**SMALL, "format": "png", "to": os.fsencode(to)}))
        self.assert_ok(answer, self.request_id)
        self.assertTrue(to.read_bytes().startswith(b"\x89PNG"))

    def test_a_suffix_of_no_format_that_is_written_is_refused_with_those_that_are(self):
        for suffix in ("bmp", "txt", "svg", "HEIC", "jpg.gz"):
            with self.subTest(suffix):
                to = self.folder / f"small.{suffix}"
                error = self.refused("bad_option", PHOTO, {**SMALL, "to": os.fsencode(to)})
                self.assertEqual(error["option"], "to")
                message = error["message"].decode()
                self.assertIn(f"small.{suffix}", message)
                for row in contract("formats"):
                    if row["saves"] == "yes":
                        self.assertIn("." + row["suffixes"].split(",")[0], message)
                self.assertFalse(to.exists())
                self.request_id += 1
                answer = self.program.ask(make(self.request_id, PHOTO, {**SMALL, "format": "png", "to": os.fsencode(to)}))
                self.assert_ok(answer, self.request_id)
                self.assertTrue(to.read_bytes().startswith(b"\x89PNG"))

    def test_paths_that_no_file_can_have(self):
        for path in ("", "nul\0inside.jpg", "/" + "long/" * 2000):
            with self.subTest(path=path[:20]):
                self.request_id += 1
                source = (Atom("path"), path.encode())
                answer = self.program.ask((*make(self.request_id, PHOTO, SMALL)[:3], source))
                self.assertEqual((answer[0], answer[1]), ("error", self.request_id))
                self.assertIn(answer[2]["reason"], ("bad_request", "not_found"))

    def test_the_limits_of_the_command_line_are_kept_and_named(self):
        size = PHOTO.stat().st_size
        self.program = self.start("--max-source-bytes", str(size - 1))
        self.assertEqual(self.refused("too_large", PHOTO)["limit"], size - 1)
        self.assertEqual(self.refused("too_large", PHOTO.read_bytes())["limit"], size - 1)
        self.program = self.start("--max-pixels", str(640 * 480 - 1))
        self.assertEqual(self.refused("too_large", PHOTO)["limit"], 640 * 480 - 1)
        self.program = self.start("--max-pixels", str(640 * 480), "--max-source-bytes", str(size))
        self.assert_ok(self.program.ask(make(1, PHOTO, SMALL)), 1)

    def option_refused(self, option, output, **options):
        """The error has the option's name in both forms, and the value that was given."""
        error = self.refused("bad_option", PHOTO, output, **options)
        self.assertEqual(error["option"], option, error)
        self.assertIn(option, error["message"].decode())
        return error["message"].decode()

    def given(self, row, value):
        """A request in which only this option is wrong."""
        if row["scope"] == "request":
            return SMALL, {row["name"]: value}
        return {**SMALL, row["name"]: value}, {}

    def test_a_number_out_of_its_range_is_refused_with_the_range(self):
        ranged = ("integer", "number", "amount", "radius", "quality", "padding")
        rows = [row for row in contract("options") if row["type"] in ranged]
        self.assertGreater(len(rows), 10)
        for row in rows:
            low, high = (int(bound) if bound.lstrip("-").isdigit() else float(bound) for bound in (row["min"], row["max"]))
            for value in (int(low) - 1, int(high) + 1, 2**62, -(2**62)):
                with self.subTest(option=row["name"], value=value):
                    output, options = self.given(row, value)
                    message = self.option_refused(row["name"], output, **options)
                    for part in (value, low, high):
                        self.assertIn(str(part), message)

    def test_a_choice_that_is_none_is_refused_with_the_choices(self):
        for row in (row for row in contract("options") if row["type"] == "choice"):
            with self.subTest(option=row["name"]):
                output, options = self.given(row, "sideways")
                message = self.option_refused(row["name"], output, **options)
                for part in ("sideways", *row["choices"].split(",")):
                    self.assertIn(part, message)

    def test_a_value_of_the_wrong_type_is_refused(self):
        wrong = {
            "integer": ("many", b"200", 200.0, [], {}),
            "number": ("many", b"1.5", [], {}, Atom("true")),
            "amount": ("many", b"10", [], {}),
            "radius": ("square", 1.5, [], {}),
            "quality": ("good", 80.0, [80], (Atom("ssim"), 1.5), (Atom("ssim"), 0), (Atom("psnr"), 0.9)),
            "padding": ("wide", 1.5, [], (1, 2, 3), (1, -1), {}),
            "focus": (0.5, (0.5,), (0.5, 1.5), (-1, 0), (Atom("left"), Atom("top")), {}),
            "region": (1, (0, 0, 10), (0, 0, 0, 10), (0.5, 0, 0.5, 1.5), (-1, 0, 10, 10), (0, 0, Atom("a"), 1), {}),
            "image": (b"logo.png", 1, (Atom("path"), 1), (Atom("file"), b"logo.png"), {}),
            "choice": (3, [], (Atom("cover"),)),
            "boolean": (1, b"yes", "yes", []),
            "colour": (0xFFFFFF, b"white", b"#12", b"#gggggg", b"#123456789", [255, 255, 255]),
            "path": (7, [97, 98], {}),
            "steps": (7, b"duotone", Atom("duotone"), [Atom("duotone")], [(Atom("duotone"),)], [(Atom("duotone"), 1)], {}),
        }
        for row in contract("options"):
            for value in wrong[row["type"]]:
                with self.subTest(option=row["name"], value=value):
                    output, options = self.given(row, value)
                    self.option_refused(row["name"], output, **options)

    def test_an_unknown_option_is_refused_with_the_known_ones(self):
        # An option in the wrong map is unknown there.
        cases = {
            "widht": ({**SMALL, "widht": 100}, {}, "width"),
            "timout": (SMALL, {"timout": 100}, "timeout"),
            "timeout": ({**SMALL, "timeout": 100}, {}, "width"),
            "width": (SMALL, {"width": 100}, "timeout"),
        }
        for name, (output, options, accepted) in cases.items():
            with self.subTest(name):
                message = self.refused("bad_option", PHOTO, output, **options)["message"].decode()
                self.assertIn(name, message)
                self.assertIn(accepted, message)

    def test_an_output_without_a_side_is_refused(self):
        self.refused("bad_option", PHOTO, {"quality": 80})

    def test_outputs_that_are_too_few_or_too_many_are_refused(self):
        for outputs in ([], [SMALL] * 65):
            with self.subTest(count=len(outputs)):
                self.request_id += 1
                answer = self.program.ask(make(self.request_id, PHOTO, *outputs))
                self.assert_error(answer, self.request_id, "bad_option")

    def test_terms_that_are_no_request_are_refused(self):
        cases = (
            42,
            Atom("ping"),
            (Atom("ping"),),
            (Atom("ping"), 1, 2),
            (Atom("pong"), 1),
            (Atom("ping"), -1),
            (Atom("ping"), 2**63),
            (Atom("ping"), b"1"),
            (Atom("make"), 1, [], (Atom("path"), b"x")),
            (Atom("make"), 1, {}, (Atom("url"), b"x")),
            (Atom("make"), 1, {}, b"x"),
            [],
            {},
        )
        for term in cases:
            with self.subTest(term=term):
                answer = self.program.ask(term)
                self.assertEqual(answer[0], "error")
                self.assertIn(answer[2]["reason"], ("bad_request", "bad_option", "bad_term"))
                self.assert_alive(self.program)

    def test_the_message_of_an_error_is_about_its_own_image(self):
        # libvips gathers its messages, those of work that ended well, too.
        def message(*sources):
            self.program = self.start("--workers", "1")
            for number, source in enumerate(sources):
                answer = self.program.ask(make(number, IMAGES / source, SMALL))
            return answer[2]["message"]

        alone = message("truncated.jpg")
        for before in sorted(IMAGES.glob("quadrants.*")):
            with self.subTest(before.name):
                self.assertEqual(message(before.name, "truncated.jpg"), alone)

    def test_a_thumbnail_that_cannot_be_written_is_an_error_of_its_output_only(self):
        folder = self.folder / "a_folder"
        folder.mkdir()
        for target in (self.folder / "missing" / "out.jpg", folder, PHOTO / "below.jpg"):
            with self.subTest(target=target.name):
                self.request_id += 1
                good = self.folder / "good.jpg"
                outputs = ({**SMALL, "to": os.fsencode(target)}, {**SMALL, "to": os.fsencode(good)})
                body = self.assert_ok(self.program.ask(make(self.request_id, PHOTO, *outputs)), self.request_id)
                (first, error), (second, _) = body["outputs"]
                self.assertEqual((first, second), ("error", "ok"))
                self.assert_reason(error, "write_failed")
                self.assertEqual({path.name for path in self.folder.iterdir()}, {"a_folder", "good.jpg"})
                good.unlink()

    def test_a_source_that_fails_leaves_what_was_there_and_nothing_else(self):
        target = self.folder / "out.jpg"
        target.write_bytes(b"as it was")
        for source in ("truncated.jpg", "not_an_image.jpg", "empty.jpg", "huge_header.png"):
            with self.subTest(source):
                self.request_id += 1
                answer = self.program.ask(make(self.request_id, IMAGES / source, {**SMALL, "to": os.fsencode(target)}))
                self.assertEqual(answer[0], "error")
                self.assertEqual([path.name for path in self.folder.iterdir()], ["out.jpg"])
                self.assertEqual(target.read_bytes(), b"as it was")


if __name__ == "__main__":
    unittest.main()
