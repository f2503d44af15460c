"""The program's command line: help, version, wrong flags, and the tables that it describes itself by."""

import os
import pty
import subprocess
import unittest

from program import EXECUTABLE, IMAGES, TIMEOUT, ROOT, PipeTest, frame, make
from term import Atom


class CommandLineTest(PipeTest):
    def test_help_goes_to_stdout_and_names_every_flag(self):
        result = self.run_once("--help")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        for flag in ("workers", "max-images-per-worker", "timeout", "max-request-bytes", "max-pixels", "max-source-bytes", "codec", "version"):
            self.assertIn(f"--{flag}", result.stdout.decode())

    def test_version_is_one_line_with_both_versions(self):
        result = self.run_once("--version")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertRegex(result.stdout.decode(), r"\A[^\n]*\b\d+\.\d+\.\d+\b[^\n]*\b8\.\d+\.\d+\b[^\n]*\n\Z")

    def test_a_wrong_command_line_is_exit_code_64_and_one_line_that_names_it(self):
        wrong = (
            ["--no-such-flag"],
            ["--workers"],
            ["--workers", "0"],
            ["--workers", "-1"],
            ["--workers", "many"],
            ["--workers", "99999999999999999999"],
            ["--workers", "4x"],
            ["--timeout", "0"],
            ["--max-request-bytes", ""],
            ["--max-pixels", "1e6"],
            ["--codec", "json"],
            ["no-such-command"],
            ["describe", "no-such-table"],
        )
        for arguments in wrong:
            with self.subTest(arguments=arguments):
                result = self.run_once(*arguments)
                self.assertEqual(result.returncode, 64, result)
                self.assertEqual(result.stdout, b"")
                message = result.stderr.decode()
                self.assertEqual(len(message.splitlines()), 1, message)
                self.assertIn((arguments[-1] or arguments[0]).lstrip("-"), message)

    def test_the_tables_that_it_describes_are_those_of_the_contract_byte_for_byte(self):
        for table in ("options", "formats", "reasons"):
            with self.subTest(table):
                rows = (ROOT / "test" / "contract" / f"{table}.tsv").read_text().splitlines(keepends=True)
                # The program knows its own reasons, not those that the library adds.
                wanted = "".join(row for row in rows if row.split("\t")[1] != "library")
                result = self.run_once("describe", table)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(result.stdout.decode(), wanted)

    def shown(self, frames, *flags):
        return self.run_once("show", *flags, stdin=frames)

    def test_show_writes_all_of_a_binary_or_the_bytes_of_an_image_or_no_hello(self):
        photo = (IMAGES / "photo.jpg").read_bytes()
        request = frame(make(1, photo, {"width": 20, "format": "png"}, {"width": 30}))
        replies = self.run_once("--workers", "1", stdin=request).stdout
        self.assertIn(b"{hello,", self.shown(replies).stdout)
        plain = self.shown(replies, "--no-hello").stdout
        self.assertTrue(plain.startswith(b"{ok, 1,"), plain)
        self.assertRegex(plain, rb"data => <<\d+ bytes>>")
        self.assertIn(b"data => <<137,80,78,71", self.shown(replies, "--full").stdout)
        self.assertTrue(self.shown(replies, "--data", "1").stdout.startswith(b"\x89PNG"))
        self.assertTrue(self.shown(replies, "--data", "2").stdout.startswith(b"\xff\xd8\xff"))
        self.assertEqual(self.shown(request, "--data", "1").stdout, photo)
        beyond = self.shown(replies, "--data", "3")
        self.assertEqual((beyond.returncode, beyond.stdout), (65, b""))
        self.assertIn(b"the frames hold 2 images", beyond.stderr)
        elsewhere = self.run_once("--full", stdin=b"")
        self.assertEqual(elsewhere.returncode, 64)
        self.assertIn(b"thumbnailer show", elsewhere.stderr)

    def test_a_message_is_shown_as_text_however_long_it_is(self):
        message = b"a cause " * 100
        reply = frame((Atom("error"), 1, {Atom("message"): message, Atom("other"): message}))
        shown = self.shown(reply).stdout
        self.assertIn(b'message => <<"a cause ', shown)
        self.assertIn(b"other => <<800 bytes>>", shown)

    def test_text_in_the_place_of_frames_is_told_what_makes_frames(self):
        for command in ([], ["show"], ["explain"]):
            result = self.run_once(*command, stdin=b"{make, 1, #{}, stream}.\n")
            self.assertEqual(result.returncode, 65, command)
            self.assertIn(b"this is text, of which thumbnailer frame makes frames", result.stderr)

    def test_on_a_terminal_it_prints_its_help_instead_of_frames(self):
        master, terminal = pty.openpty()
        self.addCleanup(os.close, master)
        process = subprocess.Popen([EXECUTABLE], stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(process.kill)
        os.close(terminal)
        output, _ = process.communicate(timeout=TIMEOUT)
        self.assertIn("--workers", output.decode())


if __name__ == "__main__":
    unittest.main()
