"""The first frame, and what may stand on stdout beside it: nothing."""

import os
import unittest

from program import IMAGES, PipeTest, contract, make
from term import Atom


class HelloTest(PipeTest):
    def test_the_hello_says_what_the_program_is(self):
        program = self.start("--workers", "3")
        tag, hello = program.hello
        self.assertEqual(tag, "hello")
        self.assertEqual(hello["protocol"], 1)
        self.assertEqual(hello["codec"], "etf")
        self.assertEqual(hello["workers"], 3)
        self.assertEqual(hello["os_pid"], program.pid)
        self.assertRegex(hello["version"], rb"^\d+\.\d+\.\d+")
        self.assertRegex(hello["libvips"], rb"^8\.\d+\.\d+")
        self.assertIn(hello["libvips_origin"], ("prebuilt", "system"))

    def test_the_hello_names_the_formats_of_the_contract(self):
        hello = self.start().hello[1]
        for key, column in (("loaders", "loads"), ("savers", "saves")):
            wanted = {row["name"] for row in contract("formats") if row[column] == "yes"}
            self.assertEqual(set(hello[key]), wanted, key)

    def test_the_limits_of_the_command_line_are_in_the_hello(self):
        limits = {
            "max-request-bytes": 70_000,
            "max-source-bytes": 80_000,
            "max-pixels": 90_000,
            "timeout": 5_000,
            "max-images-per-worker": 7,
        }
        flags = [part for name, value in limits.items() for part in (f"--{name}", str(value))]
        said = self.start(*flags).hello[1]["limits"]
        self.assertEqual({name: said[name.replace("-", "_")] for name in limits}, limits)

    def test_stats_count_what_was_served_and_what_failed(self):
        program = self.start("--workers", "2")
        before = program.stats()
        self.assertEqual((before["workers"], before["busy"]), (2, 0))
        self.assert_ok(program.ask(make(1, IMAGES / "quadrants.jpg", {"width": 20})), 1)
        program.ask(make(2, IMAGES / "truncated.jpg", {"width": 20}))
        after = program.stats()
        self.assertEqual(after["served"] + after["failed"] - before["served"] - before["failed"], 2, after)
        self.assertEqual(after["failed"] - before["failed"], 1, after)

    @unittest.skipUnless(os.environ.get("THUMBNAILER_NOISY"), "THUMBNAILER_NOISY names no library")
    def test_a_library_that_prints_to_stdout_cannot_break_the_stream(self):
        # noisy.cpp prints to fd 1 whenever the program polls or forks.
        program = self.start(env={"LD_PRELOAD": os.environ["THUMBNAILER_NOISY"]})
        self.assert_ok(program.ask(make(1, IMAGES / "quadrants.jpg", {"width": 20})), 1)
        self.assertEqual(program.ask((Atom("ping"), 2)), ("ok", 2, {}))
        self.assertEqual(program.finish(), ([], 0))
        self.assertIn("noise from a library", program.stderr())


if __name__ == "__main__":
    unittest.main()
