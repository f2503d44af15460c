"""A worker that was taken over finds nothing of the application and of others, and has no call that is not listed."""

import ctypes
import ctypes.util
import io
import os
import pathlib
import random
import re
import socket
import unittest

from hostile_program import OUTPUTS, PHOTO, HostileTest, hostile
from PIL import Image
from program import make

# By every argument, by some (or of the process itself), or as an error that libraries expect.
PERMITTED = """
    read pread64 pwrite64 close lseek fstat fsync munmap mremap brk futex rseq set_robust_list sched_yield sched_getaffinity
    poll ppoll gettid getpid nanosleep gettimeofday getrandom restart_syscall rt_sigreturn rt_sigprocmask sigaltstack exit exit_group
    tgkill sysinfo dup
    mmap mprotect madvise recvmsg sendmsg write writev clone prctl clock_gettime clock_nanosleep rt_sigaction prlimit64
    clone3 open openat stat lstat statx access faccessat faccessat2 readlink readlinkat getcwd ioctl socket fcntl getpeername
    umask unlink unlinkat uname newfstatat mkdir mkdirat getuid geteuid getgid getegid times sched_setscheduler
""".split()


def hidden(secret):
    """How a secret is named to a worker that looks for it, so that it does not find the question."""
    return bytes(byte ^ 0x55 for byte in secret)


def noise():
    """An image of which no other has a part."""
    image = io.BytesIO()
    Image.frombytes("RGB", (80, 80), random.Random(1).randbytes(80 * 80 * 3)).save(image, "PNG")
    return image.getvalue()


class SecretsTest(HostileTest):
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
        self.assert_ok(program.ask(make(3, PHOTO, *OUTPUTS)), 3)
        program.workers_once(2)
        for request_id in range(4, 9):
            self.assert_hidden(program, path.encode(), request_id)
            self.assert_hidden(program, text * 2, request_id + 10)
        # Another image, and its thumbnail, of which only the server had the bytes afterwards. Workers that were forked before
        # it get the first of the requests after it, and those that were forked afterwards the others.
        another = noise()
        other = self.assert_ok(program.ask(make(30, another, {"width": 33})), 30)["outputs"][0][1]["data"]
        self.assertLess(len(other), 4096, "small enough to be copied into the frame")
        forked = program.stats()["forked"]
        for request_id in range(31, 37):
            self.assert_hidden(program, other[-60:-20], request_id)
            self.assert_hidden(program, another[2000:2040], request_id + 20)
        program.wait_for(lambda stats: stats["forked"] >= forked + 12)

    @unittest.skipUnless(os.getuid() == 0, "only root may look into a process that hides")
    def test_the_fork_server_has_nothing_of_any_request(self):
        program = self.start_hostile("--max-images-per-worker=1")
        path = b"/nonexistent/path-of-somebody-else.jpg"
        text = b"the text of somebody else"
        program.ask(make(1, path.decode(), *OUTPUTS))
        program.ask(make(2, b"\xff\xd8\xff" + text * 3000, *OUTPUTS))
        forked = program.stats()["forked"]
        made = self.assert_ok(program.ask(make(3, PHOTO, *OUTPUTS)), 3)["outputs"]
        made += self.assert_ok(program.ask(make(4, noise(), *OUTPUTS)), 4)["outputs"]
        program.wait_for(lambda stats: stats["forked"] >= forked + 2)
        fork_server = program.children()[0]
        secrets = (path, text * 2, PHOTO[5000:5040], noise()[2000:2040], *(output["data"][-60:-20] for _, output in made))
        for secret in secrets:
            self.assertFalse(self.stands_in(fork_server, secret), secret)
        self.assertTrue(self.stands_in(fork_server, b"poison"), "what is there is found")

    def stands_in(self, pid, secret):
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                first, end, permissions = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
                if permissions[0] != "r" or "[v" in line:
                    continue
                memory.seek(int(first, 16))
                if secret in memory.read(int(end, 16) - int(first, 16)):
                    return True
        return False

    def test_started_with_a_socket_for_stdin_no_worker_can_read_requests_from_it(self):
        ours, theirs = socket.socketpair()
        program = self.start_hostile("--workers=1", before=lambda: os.dup2(theirs.fileno(), 0))
        theirs.close()
        program.process.stdin.close()
        program.process.stdin = ours.makefile("wb", buffering=0)
        ours.close()
        # The next request is on its way into the program while the worker looks.
        program.send(make(1, hostile("answers_late"), *OUTPUTS), make(2, hostile("has_other_descriptors"), *OUTPUTS))
        program.send(make(3, PHOTO, *OUTPUTS))
        for request_id in (1, 2, 3):
            self.assert_ok(program.receive(), request_id)

    def test_a_worker_has_no_capability_and_the_server_those_for_files(self):
        def capabilities(pid):
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            return {name: int(value, 16) for name, value in re.findall(r"Cap(\w+):\s+(\w+)", status)}

        program = self.start_hostile()
        self.assert_ok(program.ask(make(1, PHOTO, *OUTPUTS)), 1)
        # One that was forked just now is still on its way into the sandbox.
        program.wait_for(lambda _: all(set(capabilities(worker).values()) == {0} for worker in program.workers()))
        self.assertEqual(capabilities(program.pid)["Eff"] & ~0b1110, 0)

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
