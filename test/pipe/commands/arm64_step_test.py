"""Translations for arm64 compute what those for x86-64 do, byte for byte: run by qemu-user, without the sandbox.

Needs Debian's g++-aarch64-linux-gnu and qemu-user, and clang with lld, which translate.
"""

import pathlib
import platform
import shutil
import subprocess
import tempfile
import unittest

from program import EXECUTABLE, ROOT

PORT = ROOT / "port"
SOURCES = [
    ROOT / "test" / "port" / "support" / "run_translation.cpp",
    *(PORT / "step" / "image").glob("*.cpp"),
    *(PORT / "step" / "run").glob("*.cpp"),
    PORT / "base" / "utf8.cpp",
]
QEMU = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"]
WIDTH, HEIGHT = 53, 31
# Each step with its parameters: numbers in the order of its description.
STEPS = {
    "duotone": ["0.7", "1914199", "15858414"],
    "dither": ["1", "0.5"],
    "polaroid": ["4", "16777215", "3"],
}


def missing():
    return [tool for tool in ("aarch64-linux-gnu-g++", "qemu-aarch64", "g++", "clang", "ld.lld", "wasm2c") if not shutil.which(tool)]


@unittest.skipUnless(platform.machine() == "x86_64", "compares with x86-64")
@unittest.skipIf(missing(), f"not installed: {', '.join(missing())}")
class Arm64StepTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.runners = {
            "x86_64": [cls.build("g++", "native")],
            "aarch64": [*QEMU, cls.build("aarch64-linux-gnu-g++", "arm64")],
        }

    @classmethod
    def build(cls, compiler, name):
        runner = cls.folder / name
        subprocess.run([compiler, "-std=c++20", "-O1", f"-I{PORT}", *SOURCES, "-o", runner], check=True)
        return runner

    def made(self, step, architecture):
        translation = self.folder / f"{step}.{architecture}.step"
        module = ROOT / "samples" / "steps" / f"{step}.wasm"
        subprocess.run([EXECUTABLE, "step", "translate", module, translation, architecture], check=True)
        pixels = bytes((7 * at + at // 64) % 256 for at in range(4 * WIDTH * HEIGHT))
        command = [*self.runners[architecture], translation, str(WIDTH), str(HEIGHT), *STEPS[step]]
        return subprocess.run(command, input=pixels, stdout=subprocess.PIPE, check=True).stdout

    def test_each_sample_makes_the_same_bytes(self):
        for step in STEPS:
            with self.subTest(step=step):
                native = self.made(step, "x86_64")
                self.assertGreaterEqual(len(native), 4 * WIDTH * HEIGHT)
                self.assertEqual(self.made(step, "aarch64"), native)

    def test_a_translation_for_another_machine_is_refused(self):
        with self.assertRaises(subprocess.CalledProcessError):
            self.made_by("aarch64", "x86_64")

    def made_by(self, runner, architecture):
        translation = self.folder / "foreign.step"
        module = ROOT / "samples" / "steps" / "duotone.wasm"
        subprocess.run([EXECUTABLE, "step", "translate", module, translation, architecture], check=True)
        command = [*self.runners[runner], translation, "1", "1", "0", "0", "0"]
        subprocess.run(command, input=b"\0\0\0\xff", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
