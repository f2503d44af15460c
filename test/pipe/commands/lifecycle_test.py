"""Who dies when, and what it costs whom."""

import os
import pathlib
import re
import signal
import unittest

from program import GONE_WITHIN, IMAGES, PipeTest, Watch, make
from term import Atom

PHOTO = IMAGES / "photo.jpg"


class EndTest(PipeTest):
    def test_on_end_of_input_the_program_finishes_its_work_and_leaves_no_worker(self):
        program = self.start("--workers", "2")
        workers = Watch(program.workers())
        program.send(*(make(number, PHOTO, {"width": 200}) for number in range(6)))
        answers, code = program.finish()
        self.assertEqual(sorted(answer[1] for answer in answers if answer[0] == "ok"), list(range(6)))
        self.assertEqual(code, 0)
        self.assertEqual(workers.left_after(GONE_WITHIN), 0)

    def test_when_nobody_reads_its_output_an_idle_program_and_its_workers_go(self):
        program = self.start("--workers", "2")
        everyone = Watch([program.pid, *program.workers()])
        program.process.stdout.close()
        self.assertEqual(everyone.left_after(GONE_WITHIN), 0)

    def test_when_nobody_reads_its_output_a_busy_program_and_its_workers_go(self):
        program = self.start("--workers", "1")
        [worker] = program.workers_once(1)
        self.stop(worker)
        program.send(make(1, PHOTO, {"width": 200}))
        program.wait_for(lambda stats: stats["busy"] == 1)
        everyone = Watch([program.pid, worker])
        program.process.stdout.close()
        self.assertEqual(everyone.left_after(GONE_WITHIN), 0)

    def test_the_workers_of_a_killed_program_go(self):
        program = self.start("--workers", "2")
        workers = Watch(program.workers())
        program.process.kill()
        self.assertEqual(workers.left_after(GONE_WITHIN), 0)

    def test_sigterm_ends_the_program_and_its_workers(self):
        program = self.start("--workers", "2")
        everyone = Watch([program.pid, *program.workers()])
        program.process.terminate()
        self.assertEqual(everyone.left_after(GONE_WITHIN), 0)


class WorkerTest(PipeTest):
    def busy_with_a_stopped_worker(self, program, request_id, source=PHOTO, **options):
        """Gives the only worker a request and keeps it from answering."""
        [worker] = program.workers_once(1)
        self.stop(worker)
        program.send(make(request_id, source, {"width": 200}, **options))
        program.wait_for(lambda stats: stats["busy"] == 1)
        return worker

    def test_a_worker_killed_at_work_costs_its_own_request_only(self):
        program = self.start("--workers", "1")
        worker = self.busy_with_a_stopped_worker(program, 1)
        program.send(make(2, PHOTO, {"width": 100}))
        os.kill(worker, signal.SIGKILL)
        error = self.assert_error(program.receive(), 1, "crashed")
        self.assertEqual(error["signal"], "kill")
        self.assert_ok(program.receive(), 2)
        self.assertNotIn(worker, program.workers())

    def test_every_signal_that_a_crash_can_have_is_named(self):
        program = self.start("--workers", "1")
        for name in ("segv", "bus", "abrt", "fpe", "ill"):
            with self.subTest(name):
                # An image of its own: one that kills workers again and again would be refused.
                source = PHOTO.read_bytes() + name.encode()
                worker = self.busy_with_a_stopped_worker(program, 1, source)
                os.kill(worker, getattr(signal, f"SIG{name.upper()}"))
                os.kill(worker, signal.SIGCONT)
                error = self.assert_error(program.receive(), 1, "crashed")
                self.assertEqual(error["signal"], name)

    def test_a_worker_killed_at_rest_costs_nobody_anything(self):
        program = self.start("--workers", "1")
        [worker] = program.workers_once(1)
        gone = Watch([worker])
        os.kill(worker, signal.SIGKILL)
        self.assertEqual(gone.left_after(GONE_WITHIN), 0)
        self.assert_ok(program.ask(make(1, PHOTO, {"width": 200})), 1)
        self.assertNotEqual(program.workers(), [worker])

    def test_an_idle_worker_gives_back_what_it_kept_of_an_image(self):
        program = self.start("--workers", "1")
        [worker] = program.workers_once(1)

        def memory():
            status = pathlib.Path(f"/proc/{worker}/status").read_text()
            return 1024 * int(re.search(r"RssAnon:\s+(\d+) kB", status)[1])

        kept = 12_000_000
        source = PHOTO.read_bytes() + bytes(kept)
        self.assert_ok(program.ask(make(1, source, {"width": 200})), 1)
        busy = memory()
        program.wait_for(lambda _: memory() < busy - kept)
        self.assert_ok(program.ask(make(2, source, {"width": 200})), 2)
        self.assertEqual(program.workers(), [worker])

    def test_a_worker_that_hangs_costs_its_own_request_a_timeout(self):
        program = self.start("--workers", "2")
        for worker in program.workers():
            self.stop(worker)
        stuck = program.workers()
        program.send(make(1, PHOTO, {"width": 200}, timeout=300), make(2, PHOTO, {"width": 200}, timeout=300))
        for request_id in sorted(answer[1] for answer in self.two_timeouts(program)):
            self.assertIn(request_id, (1, 2))
        self.assert_ok(program.ask(make(3, PHOTO, {"width": 200})), 3)
        self.assertFalse(set(stuck) & set(program.workers()))

    def two_timeouts(self, program):
        answers = [program.receive(), program.receive()]
        for answer in answers:
            self.assert_error(answer, answer[1], "timeout")
        return answers

    def test_a_worker_that_hangs_does_not_hold_up_the_others(self):
        program = self.start("--workers", "2")
        self.stop(program.workers()[0])
        # One of the two meets the stopped worker; the other is answered, and so are all that follow.
        program.send(make(1, PHOTO, {"width": 50}), make(2, PHOTO, {"width": 50}))
        first = program.receive()
        self.assert_ok(first, first[1])
        for request_id in range(3, 8):
            self.assert_ok(program.ask(make(request_id, PHOTO, {"width": 50})), request_id)
        self.assertEqual(program.stats()["busy"], 1)

    def test_the_deadline_of_the_command_line_is_that_of_a_request_without_one(self):
        program = self.start("--workers", "1", "--timeout", "300")
        self.busy_with_a_stopped_worker(program, 1)
        self.assert_error(program.receive(), 1, "timeout")

    def test_a_request_that_waits_for_a_worker_has_its_deadline_too(self):
        program = self.start("--workers", "1")
        self.busy_with_a_stopped_worker(program, 1)
        self.assert_error(program.ask(make(2, PHOTO, {"width": 200}, timeout=100)), 2, "timeout")

    def test_a_request_at_work_can_be_cancelled(self):
        program = self.start("--workers", "1")
        self.busy_with_a_stopped_worker(program, 1)
        self.assert_error(program.ask((Atom("cancel"), 1)), 1, "cancelled")
        self.assert_ok(program.ask(make(2, PHOTO, {"width": 200})), 2)

    def test_a_request_that_waits_can_be_cancelled(self):
        program = self.start("--workers", "1")
        worker = self.busy_with_a_stopped_worker(program, 1)
        program.send(make(2, PHOTO, {"width": 200}))
        self.assert_error(program.ask((Atom("cancel"), 2)), 2, "cancelled")
        os.kill(worker, signal.SIGCONT)
        self.assert_ok(program.receive(), 1)

    def test_to_cancel_what_is_answered_or_unknown_is_no_answer(self):
        program = self.start()
        self.assert_ok(program.ask(make(1, PHOTO, {"width": 200})), 1)
        program.send((Atom("cancel"), 1), (Atom("cancel"), 77))
        self.assert_alive(program)

    def test_an_id_that_is_unanswered_cannot_be_used_again(self):
        program = self.start("--workers", "1")
        worker = self.busy_with_a_stopped_worker(program, 1)
        self.assert_error(program.ask(make(1, PHOTO, {"width": 50})), 1, "duplicate_id")
        os.kill(worker, signal.SIGCONT)
        self.assert_ok(program.receive(), 1)
        self.assert_ok(program.ask(make(1, PHOTO, {"width": 50})), 1)

    def test_with_reuse_1_every_request_has_a_worker_of_its_own(self):
        program = self.start("--workers", "1", "--max-images-per-worker", "1")
        seen = set()
        for request_id in range(4):
            seen.update(program.workers())
            self.assert_ok(program.ask(make(request_id, PHOTO, {"width": 50})), request_id)
        self.assertGreaterEqual(len(seen), 3)


if __name__ == "__main__":
    unittest.main()
