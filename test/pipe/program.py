"""The real program as an OS process with pipes, and words to talk to it.

Waits are on events (a frame, an end of file, the end of a process), bounded by TIMEOUT: passing it is a failure of the
program, never a measure of its speed.
"""

import contextlib
import os
import pathlib
import select
import signal
import struct
import subprocess
import tempfile
import time
import unittest

from term import Atom, decode, encode

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGES = ROOT / "samples" / "images"
FRAMES = ROOT / "samples" / "frames"
EXECUTABLE = os.environ.get("THUMBNAILER_EXECUTABLE", str(ROOT / "build" / "thumbnailer"))

TIMEOUT = 30
# No process of ours is left one second after its reason to be is gone; the rest is for a loaded machine.
GONE_WITHIN = 3


def frame(term):
    payload = encode(term)
    return struct.pack(">I", len(payload)) + payload


def make(request_id, source, *outputs, **options):
    """A make request. Keys are options; text stands for an atom, bytes for a binary."""
    spec = {Atom(key): _value(value) for key, value in options.items()}
    spec[Atom("outputs")] = [{Atom(key): _value(value) for key, value in output.items()} for output in outputs]
    return (Atom("make"), request_id, spec, _source(source))


def probe(request_id, source):
    return (Atom("probe"), request_id, {}, _source(source))


def _value(value):
    return Atom(value) if isinstance(value, str) else value


def _source(source):
    """A path stays a path, bytes are an image in memory."""
    if isinstance(source, bytes):
        return (Atom("bytes"), source)
    return (Atom("path"), os.fsencode(source))


def contract(name):
    """The rows of a table in test/contract, as dicts by column."""
    head, *rows = (ROOT / "test" / "contract" / f"{name}.tsv").read_text().splitlines()
    return [dict(zip(head.split("\t"), row.split("\t"))) for row in rows]


def _name(pid):
    """What a process calls itself; nothing when it has ended."""
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()


class Stream:
    """Frames from a pipe, with a bound on every wait."""

    def __init__(self, descriptor, decode=decode):
        self.descriptor = descriptor
        self.decode = decode

    def read(self, count, timeout=TIMEOUT):
        """Exactly count bytes; fewer only at the end of file."""
        gathered = bytearray()
        deadline = time.monotonic() + timeout
        while len(gathered) < count:
            ready, _, _ = select.select([self.descriptor], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError(f"{len(gathered)} of {count} bytes came in {timeout} s")
            piece = os.read(self.descriptor, count - len(gathered))
            if not piece:
                break
            gathered += piece
        return bytes(gathered)

    def frame(self, timeout=TIMEOUT):
        """The next term, or None at the end of file between two frames."""
        head = self.read(4, timeout)
        if not head:
            return None
        (length,) = struct.unpack(">I", head)
        payload = self.read(length, timeout)
        if len(head) < 4 or len(payload) < length:
            raise EOFError("the program's output ends inside a frame")
        return self.decode(payload)

    def frames(self):
        """All terms up to the end of file."""
        return list(iter(self.frame, None))


class Program:
    def __init__(self, *arguments, env=None, decode=decode, executable=EXECUTABLE, before=None):
        """`before` runs in the new process, before the program."""
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [executable, *arguments],
            preexec_fn=before,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            bufsize=0,
        )
        self.output = Stream(self.process.stdout.fileno(), decode)
        self.hello = self.output.frame()
        if self.hello is None:
            code, said = self.process.wait(TIMEOUT), self.stderr()
            self.close()
            raise AssertionError(f"no hello, exit code {code}: {said}")

    @property
    def pid(self):
        return self.process.pid

    def write(self, data):
        view = memoryview(data)
        while view:
            view = view[self.process.stdin.write(view) :]

    def send(self, *terms):
        self.write(b"".join(map(frame, terms)))

    def receive(self, timeout=TIMEOUT):
        return self.output.frame(timeout)

    def ask(self, term):
        self.send(term)
        return self.receive()

    def stats(self, request_id=999_999):
        answer = self.ask((Atom("stats"), request_id))
        if answer[1] != request_id:
            raise AssertionError(f"another answer than that to stats: {answer}")
        return answer[2]

    def wait_for(self, condition):
        """Asks for stats until they meet the condition: a worker is given its job between two answers."""
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            stats = self.stats()
            if condition(stats):
                return stats
            time.sleep(0.005)
        raise TimeoutError(f"stats stayed {stats}")

    def workers(self):
        """The worker processes, without the one that forks them, which is the oldest, and those that write files."""
        return [pid for pid in self.children()[1:] if _name(pid) not in (None, "thumb-writer")]

    def children(self):
        """All OS processes that the program has started."""
        path = f"/proc/{self.pid}/task/{self.pid}/children"
        return [int(pid) for pid in pathlib.Path(path).read_text().split()]

    def workers_once(self, count):
        """The workers, once there are so many: an answer goes out before the next worker is forked."""
        deadline = time.monotonic() + TIMEOUT
        while len(self.workers()) != count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"there are {len(self.workers())} workers, not {count}")
            time.sleep(0.005)
        return self.workers()

    def end_of_input(self):
        self.process.stdin.close()

    def exit_code(self, timeout=TIMEOUT):
        return self.process.wait(timeout)

    def finish(self):
        """Ends the input: the terms that were still to come, and the exit code."""
        self.end_of_input()
        return self.output.frames(), self.exit_code()

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def close(self):
        with contextlib.suppress(OSError):
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.errors):
            with contextlib.suppress(OSError):
                stream.close()


class Watch:
    """Holds OS processes by descriptor, so that their ends are seen even when their numbers are given out again."""

    def __init__(self, pids):
        self.descriptors = [os.pidfd_open(pid) for pid in pids]

    def left_after(self, seconds):
        """How many are still there after so many seconds; returns as soon as it is none."""
        deadline = time.monotonic() + seconds
        waiting = set(self.descriptors)
        while waiting:
            ended, _, _ = select.select(waiting, [], [], max(0, deadline - time.monotonic()))
            if not ended:
                break
            waiting -= set(ended)
        for descriptor in self.descriptors:
            os.close(descriptor)
        return len(waiting)


class PipeTest(unittest.TestCase):
    """A test case that ends every program it has started."""

    maxDiff = None

    def start(self, *arguments, **options):
        program = Program(*arguments, **options)
        self.addCleanup(program.close)
        return program

    def stop(self, pid):
        """Stops an OS process, and lets it go on when the test is over."""
        os.kill(pid, signal.SIGSTOP)
        self.addCleanup(self._go_on, pid)

    def _go_on(self, pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    def run_once(self, *arguments, stdin=b""):
        return subprocess.run([EXECUTABLE, *arguments], input=stdin, capture_output=True, cwd=ROOT, timeout=TIMEOUT)

    def assert_ok(self, answer, request_id):
        self.assertIsNotNone(answer, "the program ended instead of answering")
        self.assertEqual((answer[0], answer[1]), ("ok", request_id), answer)
        return answer[2]

    def assert_error(self, answer, request_id, reason):
        self.assertIsNotNone(answer, "the program ended instead of answering")
        self.assertEqual((answer[0], answer[1]), ("error", request_id), answer)
        self.assert_reason(answer[2], reason)
        return answer[2]

    def assert_reason(self, error, reason):
        self.assertEqual(error["reason"], reason, error)
        message = error["message"].decode()
        self.assertTrue(message, "an error has a message for people")
        self.assertNotIn("\n", message, "a message is one line")

    def assert_alive(self, program):
        self.assertEqual(program.ask((Atom("ping"), 424_242)), ("ok", 424_242, {}))
