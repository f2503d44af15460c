"""A worker that was taken over harms no step that others run."""

import os
import pathlib
import unittest

from hostile_program import OUTPUTS, PHOTO, STEP_OUTPUTS, HostileTest, add_step, hostile, translation
from program import make
from term import Atom


class StepAttacksTest(HostileTest):
    def held(self, pid):
        """Descriptors of the memory of sources and translations."""
        targets = [os.readlink(path) for path in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
        return [target for target in targets if "thumbnailer-source" in target]

    def maps(self, pid):
        return pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines()

    @unittest.skipUnless(os.getuid() == 0, "only root may look into a process that hides")
    @unittest.skipUnless(translation(), "the tools of steps are not installed")
    def test_the_memory_of_a_step_is_sealed_private_and_held_by_nobody_as_a_descriptor(self):
        def mappings(pid):
            """The lines of /proc/PID/maps about the memory of sources, to which a translation is copied."""
            return [line for line in self.maps(pid) if "thumbnailer-source" in line]

        program = self.start_hostile("--workers=2")
        self.assert_ok(program.ask(add_step(1)), 1)
        honest = self.assert_ok(program.ask(make(2, PHOTO, *STEP_OUTPUTS)), 2)
        self.assertEqual(mappings(program.pid), [], "the server itself maps none")
        fork_server = program.children()[0]
        workers = [pid for pid in program.workers_once(2) if mappings(pid)]
        self.assertTrue(workers, "a worker has run the step")
        for pid in (fork_server, *workers):
            rights = {line.split()[1] for line in mappings(pid)}
            self.assertEqual(rights, {"r--p", "r-xp"}, f"of {pid}")
            # A worker closes the source of its job after its answer.
            program.wait_for(lambda _: not self.held(pid))
        # A worker that keeps the mapping of a step that was removed keeps it from nobody: the next has another.
        program.send(make(3, hostile("reads_no_more_jobs"), *STEP_OUTPUTS))
        self.assertEqual(self.assert_ok(program.receive(), 3), honest)
        self.assert_ok(program.ask((Atom("remove_step"), 4, b"duotone")), 4)
        program.wait_for(lambda _: not mappings(fork_server))
        self.assert_ok(program.ask(add_step(5)), 5)
        for request_id in range(6, 12):
            answer = program.ask(make(request_id, PHOTO, *STEP_OUTPUTS, timeout=1000))
            if answer[0] != "error":
                self.assertEqual(self.assert_ok(answer, request_id), honest)
            else:
                self.assert_error(answer, request_id, "timeout")

    @unittest.skipUnless(translation(), "the tools of steps are not installed")
    def test_a_liar_that_blames_a_step_for_its_end_has_it_switched_off_only_when_nobody_has_success_with_it(self):
        def lie(request_id):
            answer = program.ask(make(request_id, hostile("step_says_it_runs_and_aborts"), *STEP_OUTPUTS))
            self.assertEqual(self.assert_error(answer, request_id, "crashed")["step"], b"duotone")

        program = self.start_hostile("--disable-step-after=3")
        self.assert_ok(program.ask(add_step(1)), 1)
        for request_id in (10, 20, 30):
            lie(request_id)
            lie(request_id + 1)
            self.assert_ok(program.ask(make(request_id + 2, PHOTO, *STEP_OUTPUTS)), request_id + 2)
        for request_id in (40, 41):
            lie(request_id)
        program.send(make(42, hostile("step_says_it_runs_and_aborts"), *STEP_OUTPUTS))
        self.assertEqual(program.receive()[:2], ("event", "step_disabled"))
        self.assert_error(program.receive(), 42, "crashed")
        self.assert_error(program.ask(make(43, PHOTO, *STEP_OUTPUTS)), 43, "step_disabled")
        # Without a step all goes on.
        self.assert_ok(program.ask(make(44, PHOTO, *OUTPUTS)), 44)
