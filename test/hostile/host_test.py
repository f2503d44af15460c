"""Hosts that lack something that the sandbox is made of: what cannot be watched is not run, and what is run is confined.

A host without /proc is a mount namespace of its own.
"""

import ctypes
import os
import pathlib
import random
import resource
import subprocess
import tempfile
import unittest

from held_memory import peak_until_idle
from hostile_program import HOSTILE, OUTPUTS, PHOTO, become_nobody, hostile
from missing_calls import without
from program import EXECUTABLE, PipeTest, make
from term import Atom

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS = 0x00020000
MS_PRIVATE, MS_REC, MNT_DETACH = 1 << 18, 1 << 14, 2


def checked(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def in_namespace(*steps):
    """Mounts of its own for the process that it runs in."""

    def apply():
        checked(LIBC.unshare(CLONE_NEWNS))
        checked(LIBC.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
        for step in steps:
            step()

    return apply


def can_mount():
    """Root in a container may not."""
    return subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0


def without_proc():
    checked(LIBC.umount2(b"/proc", MNT_DETACH))


def hide_processes():
    checked(LIBC.umount2(b"/proc", MNT_DETACH))
    checked(LIBC.mount(b"proc", b"/proc", b"proc", 0, b"hidepid=2"))


def grant_one_processor():
    checked(LIBC.mount(b"none", b"/sys/fs/cgroup", b"tmpfs", 0, None))
    pathlib.Path("/sys/fs/cgroup/cpu.max").write_text("100000 100000\n")


def limit_descriptors(count):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


class HostTest(PipeTest):
    def assert_confined(self, program):
        sandbox = program.hello[1]["sandbox"]
        for layer in ("seccomp", "open_denied", "socket_denied", "exec_denied", "memory"):
            self.assertEqual(sandbox[layer], Atom("true"), layer)
        self.assert_ok(program.ask(make(1, PHOTO, *OUTPUTS)), 1)
        self.assert_ok(program.ask(make(2, hostile("has_other_descriptors"), *OUTPUTS)), 2)
        self.assert_error(program.ask(make(3, hostile("takes_memory"), *OUTPUTS)), 3, "out_of_memory")

    def start_hostile(self, *flags, **options):
        return self.start("--workers=1", "--max-memory=200000000", *flags, executable=HOSTILE, **options)

    def test_kernels_without_close_range_close_what_proc_lists(self):
        program = self.start_hostile(before=without("close_range"))
        self.assertEqual(program.hello[1]["sandbox"]["complete"], Atom("true"))
        self.assert_confined(program)

    def test_kernels_without_landlock_and_close_range_confine_by_what_is_left(self):
        program = self.start_hostile(before=without("landlock_create_ruleset", "close_range"))
        self.assertEqual(program.hello[1]["sandbox"]["complete"], Atom("false"))
        self.assert_confined(program)

    def test_kernels_that_do_not_know_memory_that_is_never_run_have_memory_that_no_worker_can_map_as_a_program(self):
        noexec_seal = 8
        program = self.start_hostile(before=without(flags=(("memfd_create", 1, noexec_seal),)))
        self.assert_confined(program)
        self.assert_error(program.ask(make(4, hostile("maps_its_result_as_a_program"), *OUTPUTS)), 4, "sandbox_violation")

    @unittest.skipUnless(can_mount(), "mounts are not allowed here")
    def test_without_proc_the_program_does_not_start_and_says_why(self):
        for mode in ("best_effort", "require", "audit"):
            with self.subTest(mode):
                ended = subprocess.run(
                    [EXECUTABLE, "--sandbox", mode], input=b"", capture_output=True, preexec_fn=in_namespace(without_proc),
                    env={**os.environ, "LD_LIBRARY_PATH": str(pathlib.Path(EXECUTABLE).parent / "lib")}, check=False
                )
                self.assertEqual((ended.returncode, ended.stdout), (69, b""))
                self.assertIn(b"/proc", ended.stderr)

    @unittest.skipUnless(can_mount(), "mounts are not allowed here")
    def test_where_processes_are_hidden_every_worker_is_watched(self):
        for run in range(5):
            program = self.start(
                "--workers=8", "--max-memory=200000000", executable=HOSTILE, before=in_namespace(hide_processes, become_nobody)
            )
            self.assertEqual(program.hello[1]["sandbox"]["memory"], Atom("true"))
            for request_id in range(8):
                program.send(make(request_id, hostile("takes_memory"), *OUTPUTS))
            for _ in range(8):
                answer = program.receive()
                self.assert_error(answer, answer[1], "out_of_memory")
            program.close()

    def test_with_64_descriptors_all_requests_are_answered(self):
        program = self.start("--workers=2", executable=HOSTILE, before=limit_descriptors(64))
        count = 200
        for request_id in range(count):
            program.send(make(request_id, PHOTO, {"width": 20}))
        answers = [program.receive() for _ in range(count)]
        self.assertEqual({answer[0] for answer in answers}, {Atom("ok")}, answers[:3])

    def test_with_64_descriptors_all_files_are_written(self):
        with tempfile.TemporaryDirectory() as folder:
            program = self.start("--workers=2", before=limit_descriptors(64))
            count = 200
            for request_id in range(count):
                program.send(make(request_id, PHOTO, {"width": 20, "to": f"{folder}/{request_id}.jpg".encode()}))
            answers = [program.receive() for _ in range(count)]
            failed = [answer for answer in answers if answer[0] == "error" or answer[2]["outputs"][0][0] == "error"]
            self.assertEqual(failed, [])
            self.assertEqual(len(os.listdir(folder)), count)

    def test_where_descriptors_are_few_every_worker_that_there_is_is_watched(self):
        # A worker keeps four. With each number that is left of them, another is the first that cannot be had.
        for count in range(61, 65):
            with self.subTest(count):
                program = self.start(
                    "--workers=24", "--max-memory=200000000", "--poison-after=0", executable=HOSTILE, before=limit_descriptors(count)
                )
                self.assert_ok(program.ask(make(0, PHOTO, *OUTPUTS)), 0)
                workers = len(program.workers())
                self.assertLess(workers, 24)
                for request_id in range(1, workers + 1):
                    answer = program.ask(make(request_id, hostile("takes_memory"), *OUTPUTS, timeout=5000))
                    self.assert_error(answer, request_id, "out_of_memory")
                program.close()

    def test_the_program_takes_as_many_descriptors_as_it_may(self):
        program = self.start(before=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 4096)))
        self.assertEqual(resource.prlimit(program.pid, resource.RLIMIT_NOFILE), (4096, 4096))

    def test_a_file_that_cannot_be_brought_to_the_disk_does_not_get_its_name(self):
        with tempfile.TemporaryDirectory() as folder:
            target = pathlib.Path(folder, "out.jpg")
            target.write_bytes(b"the old one")
            program = self.start("--workers=1", before=without("fsync"))
            output = {"width": 20, "to": str(target).encode()}
            [(kind, failure)] = self.assert_ok(program.ask(make(1, PHOTO, output)), 1)["outputs"]
            self.assertEqual((kind, failure["reason"]), (Atom("error"), "write_failed"))
            self.assertEqual(target.read_bytes(), b"the old one")
            self.assertEqual(os.listdir(folder), ["out.jpg"])

    def test_more_files_than_descriptors_cost_their_own_outputs_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            program = self.start("--workers=1", before=limit_descriptors(64))
            outputs = [{"width": 20, "to": f"{folder}/{number}.jpg".encode()} for number in range(60)]
            made = self.assert_ok(program.ask(make(1, PHOTO, *outputs)), 1)["outputs"]
            results = [(result[0], result[1].get("reason")) for result in made]
            self.assertIn((Atom("ok"), None), results)
            self.assertEqual(set(results) - {(Atom("ok"), None)}, {(Atom("error"), "write_failed")})
            self.assertEqual(len(os.listdir(folder)), results.count((Atom("ok"), None)), "nothing half written is left")
            self.assert_ok(program.ask(make(2, PHOTO, *OUTPUTS)), 2)

    def test_sixty_overlays_and_files_of_one_request_are_no_crash(self):
        from PIL import Image

        with tempfile.TemporaryDirectory() as folder:
            outputs = []
            for number in range(60):
                mark = f"{folder}/mark{number}.png"
                Image.new("RGBA", (8, 8), (number, 0, 0, 255)).save(mark)
                outputs.append({"width": 40, "overlay": (Atom("path"), mark.encode()), "to": f"{folder}/{number}.jpg".encode()})
            program = self.start("--workers=1")
            made = self.assert_ok(program.ask(make(1, PHOTO, *outputs)), 1)["outputs"]
            self.assertEqual({result[0] for result in made}, {Atom("ok")}, made[0])

    def test_one_core_has_one_worker(self):
        program = self.start(before=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))
        self.assertEqual(program.hello[1]["workers"], 1)

    @unittest.skipUnless(can_mount() and os.path.isdir("/sys/fs/cgroup"), "mounts are not allowed here")
    def test_a_control_group_of_one_processor_has_one_worker(self):
        program = self.start(before=in_namespace(grant_one_processor))
        self.assertEqual(program.hello[1]["workers"], 1)

    def test_started_without_stdin_or_stderr_its_workers_have_nothing_of_the_stream(self):
        def close_stderr():
            os.close(2)

        self.assert_confined(self.start_hostile(before=close_stderr))

    def test_a_client_that_does_not_read_has_no_more_made_than_the_limit(self):
        from PIL import Image

        # Noise in the best quality: what the program would make of all requests is more than what it may hold.
        count, most, side = 80, 200 << 20, 1300
        with tempfile.TemporaryDirectory() as folder:
            noise = pathlib.Path(folder, "noise.png")
            Image.frombytes("RGB", (side, side), random.Random(1).randbytes(3 * side * side)).save(noise, compress_level=0)
            program = self.start("--workers=2")
            for request_id in range(count):
                program.send(make(request_id, noise, {"width": side, "format": "jpeg", "quality": 100}, timeout=120_000))
            self.assertLess(peak_until_idle(program), most)
            answers = [program.receive() for _ in range(count)]
        self.assertEqual({answer[0] for answer in answers}, {Atom("ok")})
        self.assertGreater(sum(answer[2]["outputs"][0][1]["bytes"] for answer in answers), most, "the limit was never met")


if __name__ == "__main__":
    unittest.main()
