"""What docs/debugging.md tells to do with a worker that crashes, by a worker that is made to crash."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from program import EXECUTABLE, IMAGES, TIMEOUT, PipeTest, frame, make

GDB_TIMEOUT = 4 * TIMEOUT


def tracer_of(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("TracerPid"))


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
