"""--log-events: what would go to stderr comes as events, and stderr stays empty."""

import os
import subprocess
import unittest

from program import EXECUTABLE, IMAGES, PipeTest, Stream, make
MISSING = "/does/not/exist"


def is_log(term):
    return term[:2] == ("event", "log")


class LogEventsTest(PipeTest):
    def run_without_hello(self, *flags):
        """The frames, stderr and the exit code of a program that does not start."""
        done = subprocess.run([EXECUTABLE, f"--root={MISSING}", *flags], stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
        read, write = os.pipe()
        os.write(write, done.stdout)
        os.close(write)
        self.addCleanup(os.close, read)
        return Stream(read).frames(), done.stderr.decode(), done.returncode

    def test_a_program_that_cannot_start_says_why_in_an_event(self):
        [(_event, _log, line)], stderr, code = self.run_without_hello("--log-events")
        self.assertEqual(line["level"], "warning")
        self.assertIn(MISSING, line["message"].decode())
        self.assertEqual((stderr, code), ("", 64))

    def test_without_the_flag_it_says_so_on_stderr(self):
        frames, stderr, code = self.run_without_hello()
        self.assertIn(MISSING, stderr)
        self.assertEqual((frames, code), ([], 64))

    def test_why_the_program_ends_is_its_last_frame(self):
        program = self.start("--log-events")
        program.write(b"\0\0\0\7cut")
        frames, code = program.finish()
        self.assertEqual([line["message"] for _event, _log, line in frames], [b"the input ended inside a frame"])
        self.assertEqual((program.stderr(), code), ("", 65))

    @unittest.skipUnless("THUMBNAILER_NOISY" in os.environ, "THUMBNAILER_NOISY is not set")
    def test_a_library_that_floods_stderr_costs_some_lines_and_no_thumbnail(self):
        program = self.start("--workers", "1", "--log-events", env={"LD_PRELOAD": os.environ["THUMBNAILER_NOISY"]})
        for number in range(1, 41):
            program.send(make(number, IMAGES / "quadrants.jpg", {"width": 20}))
        frames, code = program.finish()
        answers = [term for term in frames if not is_log(term)]
        lines = [term[2]["message"].decode() for term in frames if is_log(term)]
        self.assertEqual(sorted(term[1] for term in answers), list(range(1, 41)))
        self.assertIn("noise from a library", lines)
        self.assertTrue(any("were left out" in line for line in lines), lines)
        self.assertEqual((program.stderr(), code), ("", 0))


if __name__ == "__main__":
    unittest.main()
