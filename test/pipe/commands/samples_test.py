"""Every file of samples/frames, piped as samples/README.md shows it: what is answered, and how the program ends."""

import io
import os
import re
import subprocess
import tempfile
import unittest

from PIL import Image

from program import EXECUTABLE, FRAMES, TIMEOUT, ROOT, PipeTest, Stream

TO_FILE = ROOT / "build" / "quadrants_80.webp"


def size_of(output):
    """What the answer says and what the bytes are, which must be the same."""
    body = output.get("data") or (ROOT / os.fsdecode(output["path"])).read_bytes()
    assert output["bytes"] == len(body), output
    # Debian 12's Pillow reads no AVIF.
    if output["format"] == "avif":
        return ("avif", output["width"], output["height"])
    image = Image.open(io.BytesIO(body))
    assert (output["width"], output["height"]) == image.size, output
    assert output["format"] == image.format.lower(), output
    return (str(output["format"]), *image.size)


def summary(answer):
    """An answer without what may differ between two builds: {id: what a caller acts on}."""
    kind, request_id, body = answer
    if kind == "error":
        return request_id, str(body["reason"])
    if "outputs" in body:
        made = body["outputs"]
        return request_id, [size_of(output) if tag == "ok" else str(output["reason"]) for tag, output in made]
    if "workers" in body:
        return request_id, "stats"
    if "width" in body:
        return request_id, (str(body["format"]), body["width"], body["height"], body["orientation"])
    return request_id, body


SMALL = ("jpeg", 64, 48)
# In the order of samples/frames/every_option.term.
EVERY_OPTION = [
    ("jpeg", 85, 64),
    ("jpeg", 800, 600),
    SMALL,
    *[("jpeg", 64, 64)] * 4,
    *[SMALL] * 2,
    ("jpeg", 64, 46),
    ("jpeg", 72, 52),
    ("jpeg", 64, 85),
    *[SMALL] * 12,
    ("png", 64, 48),
    ("webp", 64, 64),
    SMALL,
    ("avif", 64, 48),
    ("tiff", 64, 48),
    *[SMALL] * 3,
    *[("webp", 64, 48)] * 2,
    *[("png", 64, 48)] * 2,
    *[SMALL] * 5,
]

# name of the .etf: (the answers by id, exit code)
EXPECTED = {
    "ping": ({1: {}}, 0),
    "stats": ({2: "stats"}, 0),
    "probe": ({3: ("jpeg", 160, 120, 6)}, 0),
    "make_200": ({4: [("jpeg", 200, 150)]}, 0),
    "make_three_outputs": ({5: [("jpeg", 100, 75), ("webp", 64, 64), ("png", 80, 80)]}, 0),
    "make_to_file": ({6: [("webp", 80, 60)]}, 0),
    "unknown_option": ({7: "bad_option"}, 0),
    "missing_file": ({8: "not_found"}, 0),
    "two_requests": ({9: [("webp", 100, 75)], 10: ("gif", 160, 120, 1)}, 0),
    "stream": ({12: [("png", 80, 60)]}, 0),
    "every_option": ({13: EVERY_OPTION}, 0),
    "empty_frame": ({"nil": "bad_term"}, 0),
    "not_a_term": ({"nil": "bad_term"}, 0),
    "term_cut_short": ({"nil": "bad_term"}, 0),
    "not_a_request": ({"nil": "bad_request"}, 0),
    "ping_after_not_a_term": ({"nil": "bad_term", 1: {}}, 0),
    "cut_short": ({}, 65),
    "cut_in_length": ({}, 65),
    "length_too_big": ({}, 65),
}
# Its answer depends on how far the work was.
EITHER = {"cancel": [{11: "cancelled"}, {11: [("avif", 200, 150)]}]}


def terms(frames):
    """All terms of a file's worth of frames."""
    with tempfile.TemporaryFile() as file:
        file.write(frames)
        file.seek(0)
        return Stream(file.fileno()).frames()


class SamplesTest(PipeTest):
    def setUp(self):
        TO_FILE.parent.mkdir(exist_ok=True)
        TO_FILE.unlink(missing_ok=True)

    def pipe(self, frames):
        """Frames in at once, as by `<`: the answers after the hello, and the exit code."""
        program = self.start()
        try:
            program.write(frames)
        except BrokenPipeError:
            pass
        return program.finish()

    def test_every_ready_frame_has_an_expectation(self):
        self.assertEqual({path.stem for path in FRAMES.glob("*.etf")}, {*EXPECTED, *EITHER})

    def test_every_ready_frame_is_answered_as_expected(self):
        for name, (answers, code) in EXPECTED.items():
            with self.subTest(name):
                given, exit_code = self.pipe((FRAMES / f"{name}.etf").read_bytes())
                self.assertEqual(dict(map(summary, given)), answers)
                self.assertEqual(len(given), len(answers))
                self.assertEqual(exit_code, code)

    def test_a_cancelled_request_is_answered_once(self):
        for name, allowed in EITHER.items():
            given, exit_code = self.pipe((FRAMES / f"{name}.etf").read_bytes())
            self.assertIn(dict(map(summary, given)), allowed)
            self.assertEqual((len(given), exit_code), (1, 0))

    def test_make_to_file_leaves_exactly_that_file(self):
        before = set(TO_FILE.parent.iterdir())
        self.pipe((FRAMES / "make_to_file.etf").read_bytes())
        self.assertEqual(set(TO_FILE.parent.iterdir()) - before, {TO_FILE})

    def test_frame_makes_of_a_text_the_terms_that_erlang_makes_of_it(self):
        for text in sorted(FRAMES.glob("*.term")):
            with self.subTest(text.name):
                made = self.run_once("frame", stdin=text.read_bytes())
                self.assertEqual((made.returncode, made.stderr), (0, b""))
                self.assertEqual(terms(made.stdout), terms(text.with_suffix(".etf").read_bytes()))

    def test_the_whole_loop_in_a_shell_ends_in_a_term_that_people_can_read(self):
        loop = f'"{EXECUTABLE}" frame < samples/frames/make_200.term | "{EXECUTABLE}" | "{EXECUTABLE}" show'
        command = ["bash", "-c", f"set -o pipefail; {loop}"]
        result = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=TIMEOUT)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        shown = result.stdout.decode()
        self.assertIn("{hello,", shown)
        self.assertRegex(shown, r"\{ok,\s*4,")
        self.assertRegex(shown, r"width => 200\b")
        self.assertRegex(shown, r"data => <<\d+ bytes>>")

    def test_frame_says_where_a_text_is_not_a_term(self):
        result = self.run_once("frame", stdin=b"{ping, 1}.\n{ping, }.\n")
        self.assertNotEqual(result.returncode, 0)
        self.assertRegex(result.stderr.decode(), r"2\b.*\b8\b|2:8|line 2")

    def test_show_says_that_its_input_is_cut_short(self):
        result = self.run_once("show", stdin=(FRAMES / "cut_short.etf").read_bytes())
        self.assertEqual(result.returncode, 65)
        self.assertEqual(len(result.stderr.decode().splitlines()), 1)


class ReadmeTest(PipeTest):
    """samples/README.md names every file, so that none is there unexplained."""

    def test_every_sample_is_named_in_the_readme(self):
        readme = (ROOT / "samples" / "README.md").read_text()
        named = set(re.findall(r"`([\w.{},]+)`", readme))
        spelled = {name for entry in named for name in self.spell_out(entry)}
        files = {path.name for folder in ("images", "frames") for path in (ROOT / "samples" / folder).iterdir()}
        self.assertEqual(files - spelled, set())

    def spell_out(self, entry):
        """name.{a,b} stands for name.a and name.b."""
        match = re.fullmatch(r"(.*)\{(.*)\}(.*)", entry)
        if not match:
            return [entry]
        return [match[1] + choice + match[3] for choice in match[2].split(",")]


if __name__ == "__main__":
    unittest.main()
