"""A worker that was taken over finds nothing of the application and of others, and has no call that is not listed."""

import ctypes
import ctypes.util
import pathlib
import re

from hostile_program import OUTPUTS, PHOTO, HostileTest, hostile
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
