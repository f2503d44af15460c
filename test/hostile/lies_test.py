"""A worker that was taken over harms nothing but its own image: every lie of lies.tsv, told by build/thumbnailer_hostile.

Columns: what the lie is called and does; the answer that its own request must get; what becomes of its process afterwards
(`-`: it was ended with the lie, or is honest again; `replaced`: the server ends it unasked; `stuck`: it does nothing more,
and what it is given next times out; `ruined`: the next step that it runs ends it); the flags that it needs. All other requests must
get the answer that they get from an honest program, byte for byte, and the server must be idle when all is done.

The lies that begin with `step_` are about a step that the program was given, and are told by requests that name it.
"""

import os
import pathlib
import re
import time
import unittest

from hostile_program import OUTPUTS, PHOTO, STEP_OUTPUTS, HostileTest, add_step, become_nobody, hostile, translation
from program import make

UNPRINTABLE = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]|\xe2\x80[\xaa-\xae]|\xff")


def lies():
    head, *rows = (pathlib.Path(__file__).parent / "lies.tsv").read_text().splitlines()
    return [dict(zip(head.split("\t"), row.split("\t"))) for row in rows]


def outputs_of(lie):
    return STEP_OUTPUTS if lie["name"].startswith("step_") else OUTPUTS


class LiesTest(HostileTest):
    def processor_time(self, pid):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def assert_idle(self, program):
        before = self.processor_time(program.pid)
        time.sleep(0.2)
        self.assertLess(self.processor_time(program.pid) - before, 0.1, "the server computes although it has nothing to do")

    def assert_honest(self, answer, request_id, outputs=OUTPUTS):
        honest = self.honest[outputs is STEP_OUTPUTS]
        self.assertEqual(self.assert_ok(answer, request_id), honest, "another request got another answer")

    def assert_answer(self, answer, request_id, expected, outputs):
        if expected == "ok":
            return self.assert_honest(answer, request_id, outputs)
        error = self.assert_error(answer, request_id, expected)
        for key in ("message", "stderr"):
            self.assertIsNone(UNPRINTABLE.search(error.get(key, b"")), error)

    def await_replacement(self, program, forked):
        program.wait_for(lambda stats: stats["forked"] > forked)
        program.workers_once(2)

    def tell(self, program, lie, first_id):
        self.assertIn(lie["afterwards"], ("-", "replaced", "stuck", "ruined"))
        outputs = outputs_of(lie)
        timeout = {"timeout": 700} if lie["answer"] == "timeout" else {}
        forked = program.stats()["forked"]
        program.send(make(first_id, hostile(lie["name"]), *outputs, **timeout), make(first_id + 1, PHOTO, *outputs))
        answers = {answer[1]: answer for answer in (program.receive(), program.receive())}
        self.assert_answer(answers[first_id], first_id, lie["answer"], outputs)
        self.assert_honest(answers[first_id + 1], first_id + 1, outputs)
        if lie["afterwards"] == "replaced":
            self.await_replacement(program, forked)
        if lie["afterwards"] == "stuck":
            late = 0
            for request_id in (first_id + 2, first_id + 3):
                answer = program.ask(make(request_id, PHOTO, *OUTPUTS, timeout=700))
                if answer[0] == "error":
                    self.assert_error(answer, request_id, "timeout")
                    late += 1
                else:
                    self.assert_honest(answer, request_id)
            self.assertEqual(late, 1 if program.hello[1]["limits"]["max_images_per_worker"] > 1 else 0)
        if lie["afterwards"] == "ruined":
            self.await_end_of_ruined(program, first_id + 2)
        if lie["afterwards"] != "-":
            self.assert_idle(program)
        for request_id in (first_id + 4, first_id + 5):
            self.assert_honest(program.ask(make(request_id, PHOTO, *outputs)), request_id, outputs)

    def await_end_of_ruined(self, program, first_id):
        """Each of the two workers is given a step; the liar, where it is still there, ends at that."""
        program.send(*(make(request_id, PHOTO, *STEP_OUTPUTS) for request_id in (first_id, first_id + 1)))
        ended = 0
        for answer in (program.receive(), program.receive()):
            if answer[0] == "error":
                self.assert_error(answer, answer[1], "crashed")
                ended += 1
            else:
                self.assert_honest(answer, answer[1], STEP_OUTPUTS)
        self.assertEqual(ended, 1 if program.hello[1]["limits"]["max_images_per_worker"] > 1 else 0)

    def tell_all(self, *flags, before=None):
        program = self.start_hostile(*flags, before=before)
        self.honest = [self.assert_ok(program.ask(make(0, PHOTO, *OUTPUTS)), 0)]
        if translation():
            self.assert_ok(program.ask(add_step(1)), 1)
            self.honest.append(self.assert_ok(program.ask(make(2, PHOTO, *STEP_OUTPUTS)), 2))
            self.assertNotEqual(*self.honest)
        for index, lie in enumerate(lies()):
            if outputs_of(lie) is STEP_OUTPUTS and not translation():
                continue
            with self.subTest(lie["name"], does=lie["does"]):
                one = self.start_hostile(*flags, *lie["flags"].split(), before=before) if lie["flags"] else program
                self.tell(one, lie, 10 * (index + 1))
                if one is not program:
                    one.close()
        self.assert_idle(program)

    def test_every_lie_of_a_shared_worker(self):
        self.tell_all()

    def test_every_lie_of_a_worker_for_one_image(self):
        self.tell_all("--max-images-per-worker=1")

    @unittest.skipUnless(os.getuid() == 0, "only root can become another user")
    def test_every_lie_of_a_worker_of_another_user(self):
        self.tell_all(before=become_nobody)

    @unittest.skipUnless(os.getuid() == 0, "only root can become another user")
    def test_every_lie_of_a_worker_of_another_user_for_one_image(self):
        self.tell_all("--max-images-per-worker=1", before=become_nobody)
