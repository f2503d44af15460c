"""Hosts that offer less than the whole sandbox, and the modes that make do with less.

A host without Landlock or seccomp is this one behind a filter that answers their system calls with "not implemented",
as an old kernel or a container runtime does.
"""

import pathlib
import unittest

from missing_calls import without
from program import EXECUTABLE, IMAGES, PipeTest, make
from term import Atom

PHOTO = (IMAGES / "quadrants.png").read_bytes()
FAULTY = str(pathlib.Path(EXECUTABLE).parent / "thumbnailer_faulty")

TRUE, FALSE = Atom("true"), Atom("false")


class SandboxStatusTest(PipeTest):
    def assert_works(self, program):
        answer = program.ask(make(1, PHOTO, {"width": 20, "height": 20, "format": "png"}))
        self.assertEqual(answer[:2], (Atom("ok"), 1))

    def status_without(self, *calls):
        program = self.start("--workers", "1", before=without(*calls))
        self.assert_works(program)
        return program.hello[1]["sandbox"]

    def refusal_without(self, *calls):
        with self.assertRaises(AssertionError) as raised:
            self.start("--sandbox", "require", before=without(*calls))
        return str(raised.exception)

    def test_without_landlock_it_works_and_says_what_is_missing(self):
        status = self.status_without("landlock_create_ruleset")
        self.assertEqual(status["landlock"], 0)
        self.assertEqual(status["seccomp"], TRUE)
        self.assertEqual(status["open_denied"], TRUE)
        self.assertEqual(status["complete"], FALSE)

    def test_without_seccomp_it_works_and_says_what_is_missing(self):
        status = self.status_without("seccomp")
        self.assertGreater(status["landlock"], 0)
        self.assertEqual(status["seccomp"], FALSE)
        self.assertEqual(status["server"], FALSE)
        self.assertEqual(status["open_denied"], TRUE)
        self.assertEqual(status["complete"], FALSE)

    def test_without_both_it_works_and_nothing_is_denied(self):
        status = self.status_without("seccomp", "landlock_create_ruleset")
        self.assertEqual(status["landlock"], 0)
        for name in ("seccomp", "server", "open_denied", "socket_denied", "exec_denied", "complete"):
            self.assertEqual(status[name], FALSE, name)

    def test_require_does_not_start_where_something_is_missing_and_names_it(self):
        self.assertRegex(self.refusal_without("landlock_create_ruleset"), r"does not offer Landlock")
        self.assertRegex(self.refusal_without("seccomp"), r"does not offer seccomp")

    def test_audit_lets_pass_what_would_end_a_worker(self):
        image = b"fault:sync@read\n" + PHOTO
        request = make(1, image, {"width": 20, "height": 20, "format": "png"})
        strict = self.start("--workers", "1", executable=FAULTY)
        self.assert_error(strict.ask(request), 1, "sandbox_violation")
        audit = self.start("--workers", "1", "--sandbox", "audit", executable=FAULTY)
        self.assertEqual(audit.hello[1]["sandbox"]["mode"], Atom("audit"))
        self.assertEqual(audit.ask(request)[:2], (Atom("ok"), 1))

    def test_off_confines_nothing_and_says_so(self):
        program = self.start("--workers", "1", "--sandbox", "off")
        status = program.hello[1]["sandbox"]
        self.assertEqual(status["complete"], FALSE)
        self.assertEqual(status["seccomp"], FALSE)
        self.assert_works(program)


if __name__ == "__main__":
    unittest.main()
