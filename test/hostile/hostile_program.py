"""build/thumbnailer_hostile, whose worker lies when a source tells it to, and the step that some of the lies are about."""

import functools
import hashlib
import os
import pathlib
import platform
import subprocess
import tempfile

from program import EXECUTABLE, IMAGES, ROOT, PipeTest
from term import Atom

HOSTILE = os.environ.get("THUMBNAILER_HOSTILE", str(pathlib.Path(__file__).parents[2] / "build" / "thumbnailer_hostile"))
PHOTO = (IMAGES / "photo.jpg").read_bytes()
OUTPUTS = ({"width": 40}, {"width": 60})
DUOTONE = ROOT / "samples" / "steps" / "duotone.wasm"
STEP_OUTPUTS = tuple({**output, "step": [(b"duotone", [0.5, 1914199.0, 15858414.0])]} for output in OUTPUTS)
NOBODY = 65534


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


def become_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


class HostileTest(PipeTest):
    def start_hostile(self, *flags, **options):
        return self.start("--workers=2", "--poison-after=0", *flags, **{"executable": HOSTILE, **options})
