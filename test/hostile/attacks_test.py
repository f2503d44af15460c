"""What a worker that was taken over does beside its answer: to its results, files, memory, signals and successors."""

import errno
import os
import pathlib
import re
import resource
import tempfile
import time

from hostile_program import HOSTILE, OUTPUTS, PHOTO, HostileTest, hostile
from program import EXECUTABLE, TIMEOUT, Watch, make, probe
from term import Atom


class AttacksTest(HostileTest):
    def test_workers_are_the_first_for_the_oom_killer(self):
        program = self.start_hostile()
        self.assert_ok(program.ask(make(1, PHOTO, *OUTPUTS)), 1)
        scores = lambda: [pathlib.Path(f"/proc/{worker}/oom_score_adj").read_text().strip() for worker in program.workers()]
        program.wait_for(lambda _: set(scores()) == {"1000"})

    def test_the_processor_limit_of_a_worker_holds_while_the_server_is_stopped(self):
        program = self.start_hostile("--max-images-per-worker=1")
        program.send(make(1, hostile("spins_and_ignores_signals"), *OUTPUTS, timeout=200))
        limits = lambda: [resource.prlimit(worker, resource.RLIMIT_CPU) for worker in program.workers()]
        program.wait_for(lambda _: any(soft == hard and 0 < hard <= 6 for soft, hard in limits()))
        spinning = [worker for worker in program.workers() if 0 < resource.prlimit(worker, resource.RLIMIT_CPU)[1] <= 6]
        self.assertTrue(spinning)
        ends = Watch(spinning)
        self.stop(program.pid)
        self.assertEqual(ends.left_after(TIMEOUT), 0)

    def test_a_worker_has_the_limits_of_its_sandbox_and_can_raise_none(self):
        max_memory = 200_000_000
        program = self.start_hostile(f"--max-memory={max_memory}")
        self.assert_ok(program.ask(make(1, PHOTO, *OUTPUTS)), 1)
        within = {
            resource.RLIMIT_AS: 4 * max_memory + (18 << 30),  # with what the program has mapped itself
            resource.RLIMIT_NOFILE: 128,
            resource.RLIMIT_FSIZE: 512 << 20,
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_MEMLOCK: 0,
            resource.RLIMIT_MSGQUEUE: 0,
        }

        def are_limited(worker):
            limits = {limit: resource.prlimit(worker, limit) for limit in within}
            return all(soft == hard and 0 <= hard <= within[limit] for limit, (soft, hard) in limits.items())

        # One that was forked just now is still on its way into the sandbox.
        program.wait_for(lambda _: all(are_limited(worker) for worker in program.workers()))

    def test_a_flood_of_stderr_is_read_in_pieces_between_which_the_server_rests(self):
        program = self.start_hostile("--workers=1")
        reads = lambda: int(re.search(r"syscr: (\d+)", pathlib.Path(f"/proc/{program.pid}/io").read_text())[1])
        before, began = reads(), time.monotonic()
        self.assert_error(program.ask(make(1, hostile("floods_stderr"), *OUTPUTS, timeout=1000)), 1, "timeout")
        # 50 in a second, as many to look at the worker, and what is read at the end. Without rests it is ten thousand.
        self.assertLess(reads() - before, 200 + 200 * (time.monotonic() - began))

    def test_thumbnails_that_are_larger_than_a_worker_may_write_are_told_as_not_written(self):
        program = self.start_hostile("--workers=1", executable=EXECUTABLE)
        large = {"width": 300, "format": "png"}
        honest = self.assert_ok(program.ask(make(1, PHOTO, large)), 1)
        [worker] = program.workers()
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (4096, 4096))
        error = self.assert_error(program.ask(make(2, PHOTO, large)), 2, "write_failed")
        self.assertIn(os.strerror(errno.EFBIG).encode(), error["message"])
        self.assertEqual(self.assert_ok(program.ask(make(3, PHOTO, large)), 3), honest)

    def test_a_result_cannot_be_changed_after_the_answer(self):
        program = self.start_hostile("--workers=1")
        honest = self.assert_ok(program.ask(make(1, PHOTO, *OUTPUTS)), 1)
        answer = self.assert_ok(program.ask(make(2, hostile("answers_and_writes_on"), *OUTPUTS)), 2)
        self.assertEqual(answer, honest)

    def test_files_are_written_by_the_program_and_a_lie_leaves_the_old_one(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            target = pathlib.Path(folder, "out.jpg")
            program = self.start_hostile()
            output = {"width": 40, "to": str(target).encode()}
            self.assert_ok(program.ask(make(1, PHOTO, output, {"width": 60})), 1)
            written = target.read_bytes()
            for request_id, lie in enumerate(("size_zero", "html", "format_svg", "outputs_alias", "answers_and_writes_on"), 2):
                with self.subTest(lie):
                    program.ask(make(request_id, hostile(lie), output, {"width": 60}, timeout=2000))
                    self.assertEqual(target.read_bytes(), written)
                    self.assertEqual(os.listdir(folder), ["out.jpg"])

    def test_no_worker_is_given_a_file_that_is_written(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            target = pathlib.Path(folder, "out.jpg")
            program = self.start_hostile("--workers=1")
            output = {"width": 40, "to": str(target).encode()}
            honest = self.assert_ok(program.ask(make(1, PHOTO, output)), 1)
            written = target.read_bytes()
            for request_id, lie in enumerate(("has_other_descriptors", "step_writes_to_every_descriptor"), 2):
                with self.subTest(lie):
                    target.unlink()
                    self.assertEqual(self.assert_ok(program.ask(make(request_id, hostile(lie), output)), request_id), honest)
                    self.assertEqual(target.read_bytes(), written)

    def test_text_of_a_worker_is_printable_in_every_answer(self):
        program = self.start_hostile("--workers=1")
        probed = self.assert_ok(program.ask(probe(1, hostile("camera_with_escapes"))), 1)
        made = self.assert_ok(program.ask(make(2, hostile("warnings_with_escapes"), *OUTPUTS)), 2)
        self.assertEqual(len(made["warnings"]), 2)
        for text in (probed["camera"], *made["warnings"]):
            self.assertTrue(text.decode().isprintable(), text)

    def test_an_answer_that_is_too_large_is_refused(self):
        program = self.start_hostile("--max-reply-bytes=1024")
        error = self.assert_error(program.ask(make(1, PHOTO, {"width": 300})), 1, "too_large")
        self.assertEqual(error["limit"], 1024)

    def test_a_liar_is_not_given_all_the_work(self):
        program = self.start_hostile()
        bad = b"\xff\xd8\xff damaged"
        forked = program.stats()["forked"]
        self.assert_error(program.ask(make(1, bad, *OUTPUTS)), 1, "bad_image")
        program.wait_for(lambda stats: stats["forked"] == forked + 1)

    def test_a_worker_that_answers_without_reading_does_not_hold_up_the_server(self):
        # It is given jobs until its channel is full: what becomes of the next is in test/port/os/channel_test.cpp.
        program = self.start_hostile("--workers=1", "--events")
        exits = []

        def answer():
            while (frame := program.receive())[0] == "event":
                if frame[1] == "worker_exit":
                    exits.append(frame[2])
            return frame

        program.send(probe(1, PHOTO))
        honest = self.assert_ok(answer(), 1)
        program.send(probe(2, hostile("answers_without_reading")))
        self.assertEqual(self.assert_ok(answer(), 2), honest)
        for request_id in range(3, 40):
            program.send(probe(request_id, PHOTO))
            self.assertEqual(self.assert_ok(answer(), request_id), honest)
        self.assertEqual([exit["signal"] for exit in exits], ["kill"])
        self.assertGreater(exits[0]["made"], 5, "it was ended before its channel was full")

    def test_a_result_that_a_worker_keeps_holds_no_memory(self):
        # The worker itself looks at those that it has kept, with each job.
        program = self.start_hostile("--workers=1")
        large = {"width": 500, "format": "png"}
        honest = self.assert_ok(program.ask(make(1, PHOTO, large)), 1)
        for request_id in range(2, 8):
            answer = self.assert_ok(program.ask(make(request_id, hostile("keeps_its_results"), large)), request_id)
            self.assertEqual(answer, honest)

    def test_a_worker_is_replaced_when_the_sources_that_it_was_given_add_up(self):
        program = self.start_hostile("--workers=1", "--max-memory=200000000")
        honest = self.assert_ok(program.ask(make(1, PHOTO, *OUTPUTS)), 1)
        forked = program.stats()["forked"]
        for request_id in range(2, 50):
            source = hostile("keeps_its_sources") + bytes(8_000_000)
            self.assertEqual(self.assert_ok(program.ask(make(request_id, source, *OUTPUTS)), request_id), honest)
        self.assertIn(program.stats()["forked"] - forked, (1, 2))

    def test_workers_that_do_not_end_are_never_more_than_those_that_work(self):
        program = self.start_hostile("--workers=2")
        count = 24
        for request_id in range(1, count + 1):
            program.send(make(request_id, hostile("fails_and_stays"), *OUTPUTS))
        for _ in range(count):
            answer = program.receive()
            self.assert_error(answer, answer[1], "bad_image")
            self.assertLessEqual(len(program.workers()), 6, "two that work, two that are to end, two that were killed")
        self.assert_ok(program.ask(make(count + 1, PHOTO, *OUTPUTS)), count + 1)

    def test_what_is_overwritten_while_it_is_copied_is_a_picture_or_no_answer(self):
        program = self.start_hostile("--workers=1")
        for request_id in range(1, 30):
            answer = program.ask(make(request_id, hostile("overwrites_what_is_copied"), *OUTPUTS, timeout=5000))
            if answer[0] == "error":
                self.assert_error(answer, request_id, "crashed" if "answer" in str(answer) else "timeout")
            else:
                self.assertEqual(answer[2]["outputs"][0][1]["data"][:3], b"\xff\xd8\xff")

    def test_the_answer_to_a_cancelled_request_is_nobodys(self):
        program = self.start_hostile("--workers=1")
        honest = self.assert_ok(program.ask(make(1, PHOTO, *OUTPUTS)), 1)
        for request_id in range(2, 12, 2):
            program.send(make(request_id, hostile("answers_late"), *OUTPUTS))
            program.wait_for(lambda stats: stats["busy"] == 1)
            self.assert_error(program.ask((Atom("cancel"), request_id)), request_id, "cancelled")
            answer = program.ask(make(request_id + 1, PHOTO, *OUTPUTS))
            self.assertEqual(self.assert_ok(answer, request_id + 1), honest)

    def test_an_image_that_ends_its_worker_by_whatever_signal_is_poison(self):
        program = self.start("--workers=1", "--poison-after=2", executable=HOSTILE)
        for index, lie in enumerate(("kills_itself", "ends_itself_as_an_operator_does")):
            with self.subTest(lie):
                image = hostile(lie)
                for request_id in (1, 2):
                    program.ask(make(10 * index + request_id, image, *OUTPUTS, timeout=2000))
                self.assert_error(program.ask(make(10 * index + 3, image, *OUTPUTS)), 10 * index + 3, "poison")
