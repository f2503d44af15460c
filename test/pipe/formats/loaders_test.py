"""Which formats are read is what --loaders says and the libvips in use has; everything else is refused by name."""

import unittest

from corpus_files import CORPUS, with_corpus
from program import ROOT, PipeTest, contract, make
from term import Atom

IMAGES = ROOT / "samples" / "images"
SMALL = {"width": 32, "height": 32, "format": "png"}
NAMED = [row["name"] for row in contract("formats") if row["loads"] == "named"]
# One good file of each format that is read only when it is named.
FILES = {
    "jxl": "jxlconf--cafe.jxl",
    "jp2k": "sharp--relax.jp2",
    "pdf": "weserv--sizes.pdf",
}


class LoadersTest(PipeTest):
    def refused(self, program, path):
        answer = program.ask(make(1, path, SMALL))
        return self.assert_error(answer, 1, "unsupported_format")["message"].decode()

    def test_by_default_every_format_is_read_that_needs_no_naming(self):
        loaders = [str(name) for name in self.start().hello[1]["loaders"]]
        always = [row["name"] for row in contract("formats") if row["loads"] == "yes"]
        # The only one that a program may be built without.
        self.assertIn(loaders, (always, [name for name in always if name != "heic"]))

    def test_heic_is_read_or_refused_with_the_package_that_it_needs(self):
        program = self.start()
        if "heic" in program.hello[1]["loaders"]:
            self.assert_ok(program.ask(make(1, IMAGES / "quadrants.heic", SMALL)), 1)
        else:
            self.assertIn("apt install libde265-dev", self.refused(program, IMAGES / "quadrants.heic"))

    def test_the_hello_says_of_each_format_whether_it_is_read_and_with_what(self):
        program = self.start("--loaders", "png,heic")
        loaders = [str(name) for name in program.hello[1]["loaders"]]
        told = program.hello[1]["formats"]
        self.assertEqual(len(told), len(contract("formats")))
        for row, wanted in zip(told, contract("formats")):
            self.assertEqual(str(row["name"]), wanted["name"])
            self.assertEqual(str(row["read_with"]), wanted["read_with"])
            self.assertEqual(row["read"] == "true", wanted["name"] in loaders)
            self.assertEqual(row["by_default"] == "true", wanted["loads"] == "yes")
            self.assertEqual(row["written"] == "true", wanted["saves"] == "yes")

    def test_a_format_in_another_is_read_whatever_the_other_is(self):
        program = self.start("--loaders", "raw,ico")
        for name in ("quadrants.dng", "quadrants.ico"):
            self.assert_ok(program.ask(make(1, IMAGES / name, SMALL)), 1)
        self.assertEqual(self.refused(program, IMAGES / "quadrants.jpg"), "the source is jpeg, read here are: ico, raw")

    def test_a_program_that_would_read_nothing_does_not_start(self):
        libvips = self.start().hello[1]["libvips_origin"]
        if str(libvips) != "prebuilt":
            self.skipTest("the system's libvips reads pdf")
        result = self.run_once("--loaders", "pdf")
        self.assertEqual((result.returncode, result.stdout), (64, b""))
        self.assertIn(b"--loaders pdf: this program reads none of these formats", result.stderr)

    def test_only_what_is_named_is_read(self):
        program = self.start("--loaders", "png,webp")
        self.assertEqual([str(name) for name in program.hello[1]["loaders"]], ["png", "webp"])
        self.assert_ok(program.ask(make(1, IMAGES / "quadrants.png", SMALL)), 1)
        self.assertEqual(self.refused(program, IMAGES / "quadrants.jpg"), "the source is jpeg, read here are: png, webp")

    def test_an_overlay_of_another_format_is_refused_as_well(self):
        program = self.start("--loaders", "png")
        overlaid = {**SMALL, "overlay": (Atom("path"), str(IMAGES / "quadrants.svg").encode())}
        answer = program.ask(make(1, IMAGES / "quadrants.png", overlaid))
        [(tag, output)] = answer[2]["outputs"]
        self.assertEqual((tag, str(output["reason"]), str(output["option"])), ("error", "unsupported_format", "overlay"))

    def test_names_that_are_no_formats_are_refused_at_the_start(self):
        for names in ("psd", "jpeg,", ""):
            with self.subTest(names):
                ended = self.run_once("--loaders", names)
                self.assertEqual(ended.returncode, 64)
                self.assertIn(b"jpeg, png, webp", ended.stderr)

    @with_corpus
    def test_formats_of_the_systems_libvips_are_read_where_they_are_had_and_refused_by_name_where_not(self):
        self.assertEqual(sorted(FILES), sorted(NAMED))
        program = self.start("--loaders", ",".join(["jpeg", *NAMED]))
        loaders = [str(name) for name in program.hello[1]["loaders"]]
        for name, file in FILES.items():
            with self.subTest(name):
                path = CORPUS / "good" / file
                if name in loaders:
                    self.assert_ok(program.ask(make(1, path, SMALL)), 1)
                else:
                    wanted = f"the source is {name}, read here are: {', '.join(loaders)}"
                    self.assertEqual(self.refused(program, path), wanted)


if __name__ == "__main__":
    unittest.main()
