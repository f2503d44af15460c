"""What docs/debugging.md tells to do with a worker that crashes, by a worker that is made to crash."""

import contextlib
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import unittest
import zlib

from program import EXECUTABLE, IMAGES, ROOT, TIMEOUT, PipeTest, frame, make

GDB_TIMEOUT = 4 * TIMEOUT
# Commits faults on demand, see test/faults/faults.h.
FAULTY = pathlib.Path(EXECUTABLE).parent / "thumbnailer_faulty"
# A core lies in the current folder only with this.
CORES = (
    pathlib.Path("/proc/sys/kernel/core_pattern").read_text() == "core\n"
    and resource.getrlimit(resource.RLIMIT_CORE)[1] == resource.RLIM_INFINITY
)


def tracer_of(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("TracerPid"))


def documented(section):
    """The first block of commands in a section of docs/debugging.md."""
    text = (ROOT / "docs" / "debugging.md").read_text()
    return re.search(rf"^## {section}\n.*?^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL).group(1)


def large_png():
    """Of several pages, so that there is a second half to protect."""
    size = 200
    rows = b"".join(b"\0" + random.Random(row).randbytes(3 * size) for row in range(size))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@unittest.skipUnless(shutil.which("gdb"), "there is no gdb: apt-get install gdb")
@unittest.skipUnless(FAULTY.exists(), "there is no thumbnailer_faulty beside the program")
class DocumentedCommandsTest(unittest.TestCase):
    @contextlib.contextmanager
    def failure(self, image):
        """A folder as in docs/debugging.md, with the program and the recording of a request that it crashes by."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "failures").mkdir()
            (folder / "build").mkdir()
            (folder / "build" / "thumbnailer").symlink_to(FAULTY.resolve())
            (folder / "failures" / "000001.request.etf").write_bytes(frame(make(1, image, {"width": 20})))
            yield folder

    def said(self, commands, folder):
        done = subprocess.run(
            ["sh", "-c", commands],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=GDB_TIMEOUT,
        )
        return done.stdout.decode(errors="replace")

    def assert_crash_found(self, section):
        with self.failure(b"fault:segv") as folder:
            output = self.said(documented(section), folder)
            self.assertIn("SIGSEGV", output)
            self.assertRegex(output, r"#\d+ .* in thumbnailer::plan_fault\(")
            self.assertRegex(output, r"#\d+ .* in thumbnailer::worker_main\(")

    def assert_library_found(self, section):
        with self.failure(b"fault:segv@decode\n" + large_png()) as folder:
            self.assertRegex(self.said(documented(section), folder), r"#\d+ .* in vips_\w+ \(.*\s+(?:from|at) \S*/libvips")

    def test_gdb_follows_the_program_to_the_function_of_a_worker(self):
        self.assert_crash_found("2. Find the function")

    def test_gdb_names_the_library_whose_decoder_crashes(self):
        self.assert_library_found("2. Find the function")

    @unittest.skipUnless(CORES, "cores are off, or go elsewhere")
    def test_a_core_of_a_worker_has_the_function(self):
        self.assert_crash_found("3. Or from a core")

    @unittest.skipUnless(CORES, "cores are off, or go elsewhere")
    def test_a_core_names_the_library_whose_decoder_crashes(self):
        self.assert_library_found("3. Or from a core")


class DebuggingTest(PipeTest):
    @unittest.skipUnless(shutil.which("gdb"), "there is no gdb: apt-get install gdb")
    def test_gdb_names_the_function_in_which_a_worker_crashed(self):
        program = self.start("--sandbox", "off", "--workers", "1")
        self.assert_ok(program.ask(make(1, IMAGES / "photo.jpg", {"width": 20})), 1)
        (worker,) = program.workers()
        gdb = subprocess.Popen(
            ["gdb", "--batch", "-nx", "-p", str(worker), "-ex", "continue", "-ex", "backtrace"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.addCleanup(gdb.kill)
        deadline = time.monotonic() + GDB_TIMEOUT
        while tracer_of(worker) == 0 and time.monotonic() < deadline and gdb.poll() is None:
            time.sleep(0.05)
        os.kill(worker, signal.SIGSEGV)
        output, _ = gdb.communicate(timeout=GDB_TIMEOUT)
        self.assertIn("SIGSEGV", output)
        self.assertIn("thumbnailer::worker_main", output)

    @unittest.skipUnless(shutil.which("strace"), "there is no strace: apt-get install strace")
    def test_strace_shows_what_each_process_did_last(self):
        with tempfile.TemporaryDirectory() as folder:
            trace = pathlib.Path(folder) / "trace"
            traced = subprocess.run(
                ["strace", "-f", "-o", trace, EXECUTABLE, "--sandbox", "off", "--workers", "1"],
                input=frame(make(1, IMAGES / "photo.jpg", {"width": 20})),
                capture_output=True,
                timeout=GDB_TIMEOUT,
            )
            self.assertEqual(traced.returncode, 0, traced.stderr)
            self.assertRegex(trace.read_text(), r'open(at2?)?\(.*photo\.jpg')
