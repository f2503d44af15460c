"""A worker that was taken over harms nothing but its own image: every lie of lies.tsv, told by build/thumbnailer_hostile.

Columns: what the lie is called and does; the answer that its own request must get; what becomes of its process afterwards
(`-`: it was ended with the lie, or is honest again; `replaced`: the server ends it unasked; `stuck`: it does nothing more,
and what it is given next times out; `ruined`: the next step that it runs ends it); the flags that it needs. All other requests must
get the answer that they get from an honest program, byte for byte, and the server must be idle when all is done.

The lies that begin with `step_` are about a step that the program was given, and are told by requests that name it.
"""

import ctypes
import ctypes.util
import functools
import hashlib
import os
import pathlib
import platform
import re
import resource
import subprocess
import tempfile
import time
import unittest

from program import EXECUTABLE, IMAGES, ROOT, PipeTest, make, probe
from term import Atom

HOSTILE = os.environ.get("THUMBNAILER_HOSTILE", str(pathlib.Path(__file__).parents[2] / "build" / "thumbnailer_hostile"))
PHOTO = (IMAGES / "photo.jpg").read_bytes()
OUTPUTS = ({"width": 40}, {"width": 60})
DUOTONE = ROOT / "samples" / "steps" / "duotone.wasm"
STEP_OUTPUTS = tuple({**output, "step": [(b"duotone", [0.5, 1914199.0, 15858414.0])]} for output in OUTPUTS)
NOBODY = 65534
# By every argument, by some (or of the process itself), or as an error that libraries expect.
PERMITTED = """
    read pread64 pwrite64 close lseek fstat fsync munmap mremap brk futex rseq set_robust_list sched_yield sched_getaffinity
    poll ppoll gettid getpid nanosleep gettimeofday getrandom restart_syscall rt_sigreturn rt_sigprocmask sigaltstack exit exit_group
    tgkill sysinfo dup
    mmap mprotect madvise recvmsg sendmsg write writev clone prctl clock_gettime clock_nanosleep rt_sigaction prlimit64
    clone3 open openat stat lstat statx access faccessat faccessat2 readlink readlinkat getcwd ioctl socket fcntl getpeername
    umask unlink unlinkat uname newfstatat mkdir mkdirat getuid geteuid getgid getegid times sched_setscheduler
""".split()
UNPRINTABLE = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]|\xe2\x80[\xaa-\xae]|\xff")


def lies():
    head, *rows = (pathlib.Path(__file__).parent / "lies.tsv").read_text().splitlines()
    return [dict(zip(head.split("\t"), row.split("\t"))) for row in rows]


def hostile(name, argument=b""):
    return b"hostile:" + name.encode() + b" " + argument + b"\n" + PHOTO


@functools.cache
def translation():
    """The step as the program's own tools make it; nothing where they are not installed."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "duotone.step")
        run = subprocess.run([EXECUTABLE, "step", "translate", DUOTONE, path, platform.machine()], capture_output=True)
        if run.returncode == 0:
            return path.read_bytes()
        print(f"lies about steps are left out: {run.stderr.decode().strip()}")


def add_step(request_id):
    names = {Atom("name"): b"duotone", Atom("hash"): hashlib.sha256(DUOTONE.read_bytes()).hexdigest().encode()}
    return (Atom("add_step"), request_id, names, (Atom("bytes"), translation()))


def outputs_of(lie):
    return STEP_OUTPUTS if lie["name"].startswith("step_") else OUTPUTS


def become_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def hidden(secret):
    """How a secret is named to a worker that looks for it, so that it does not find the question."""
    return bytes(byte ^ 0x55 for byte in secret)


class HostileTest(PipeTest):
    def start_hostile(self, *flags, **options):
        return self.start("--workers=2", "--poison-after=0", *flags, executable=HOSTILE, **options)

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

    def assert_hidden(self, program, secret, request_id):
        answer = program.ask(make(request_id, hostile("finds", hidden(secret)), *OUTPUTS))
        self.assert_ok(answer, request_id)

    def test_what_a_worker_looks_for_it_finds_where_it_is(self):
        program = self.start_hostile()
        secret = b"stands in the question"
        answer = program.ask(make(1, hostile("finds", hidden(secret) + b" " + secret), *OUTPUTS))
        self.assert_ok(answer, 1)  # the whole argument is looked for, and stands nowhere
        answer = program.ask(make(2, hostile("finds", hidden(b"hostile:finds")), *OUTPUTS))
        self.assertEqual(self.assert_error(answer, 2, "crashed")["exit_status"], 66)

    def test_no_worker_has_the_environment_of_the_application(self):
        for flags in ((), ("--max-images-per-worker=1",)):
            program = self.start_hostile(*flags, env={"SECRET_KEY_BASE": "the-secret-of-the-application"})
            self.assert_hidden(program, b"the-secret-of-the-application", 1)
            self.assertNotIn(b"secret", pathlib.Path(f"/proc/{program.pid}/environ").read_bytes())

    def test_no_worker_has_anything_of_an_earlier_request(self):
        program = self.start_hostile("--max-images-per-worker=1")
        path = "/nonexistent/path-of-somebody-else.jpg"
        text = b"the text of somebody else"
        program.ask(make(1, path, *OUTPUTS))
        program.ask(make(2, b"\xff\xd8\xff" + text * 3000, *OUTPUTS))
        made = self.assert_ok(program.ask(make(3, PHOTO, *OUTPUTS)), 3)
        [(_, small), _] = made["outputs"]
        program.workers_once(2)
        for request_id in range(4, 9):
            self.assert_hidden(program, path.encode(), request_id)
            self.assert_hidden(program, text * 2, request_id + 10)
        # A thumbnail of another size, of which only the server had the bytes.
        other = self.assert_ok(program.ask(make(30, PHOTO, {"width": 33})), 30)["outputs"][0][1]["data"]
        self.assertLess(len(other), 4096, "small enough to be copied into the frame")
        self.assert_hidden(program, other[200:240], 31)
        self.assertTrue(small)

    def test_a_worker_has_no_capability_and_the_server_those_for_files(self):
        def capabilities(pid):
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            return {name: int(value, 16) for name, value in re.findall(r"Cap(\w+):\s+(\w+)", status)}

        program = self.start_hostile()
        self.assert_ok(program.ask(make(1, PHOTO, *OUTPUTS)), 1)
        # One that was forked just now is still on its way into the sandbox.
        program.wait_for(lambda _: all(set(capabilities(worker).values()) == {0} for worker in program.workers()))
        self.assertEqual(capabilities(program.pid)["Eff"] & ~0b1110, 0)

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
        self.stop(program.pid)

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
        # It is given jobs until its channel is full.
        program = self.start_hostile("--workers=1")
        honest = self.assert_ok(program.ask(probe(1, PHOTO)), 1)
        forked = program.stats()["forked"]
        self.assertEqual(self.assert_ok(program.ask(probe(2, hostile("answers_without_reading"))), 2), honest)
        for request_id in range(3, 40):
            self.assertEqual(self.assert_ok(program.ask(probe(request_id, PHOTO)), request_id), honest)
        self.assertGreater(program.stats()["forked"], forked)

    def test_a_result_that_a_worker_keeps_holds_no_memory(self):
        # The worker itself looks at those that it has kept, with each job.
        program = self.start_hostile("--workers=1")
        large = {"width": 500, "format": "png"}
        honest = self.assert_ok(program.ask(make(1, PHOTO, large)), 1)
        for request_id in range(2, 8):
            answer = self.assert_ok(program.ask(make(request_id, hostile("keeps_its_results"), large)), request_id)
            self.assertEqual(answer, honest)

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

    def held(self, pid):
        """Descriptors of the memory of sources and translations."""
        targets = [os.readlink(path) for path in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
        return [target for target in targets if "thumbnailer-source" in target]

    def maps(self, pid):
        return pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines()

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

    def test_no_call_but_those_that_are_listed_gets_through(self):
        seccomp = ctypes.CDLL(ctypes.util.find_library("seccomp") or "libseccomp.so.2")
        listed = {seccomp.seccomp_syscall_resolve_name(name.encode()) for name in PERMITTED}
        numbers = [number for number in range(480) if number not in listed]
        program = self.start_hostile()
        for number in numbers:
            program.send(make(number + 1, hostile("calls", str(number).encode()), *OUTPUTS))
        for _ in numbers:
            answer = program.receive(120)
            # uretprobe and uprobe pass every filter since Linux 6.14; they kill or refuse who is not being probed.
            kernels_own = answer[1] - 1 in (335, 336)
            with self.subTest(number=answer[1] - 1):
                self.assert_error(answer, answer[1], "crashed" if kernels_own else "sandbox_violation")


if __name__ == "__main__":
    unittest.main()
