"""What a program holds while it works: resident memory, and results that it has open."""

import contextlib
import os
import pathlib
import resource
import time


def peak_until_idle(program, within=60):
    """The most bytes that it held until it and its workers used no time for a second."""
    peak, last, idle = 0, None, 0
    deadline = time.monotonic() + within
    while idle < 10:
        if time.monotonic() > deadline:
            raise TimeoutError("it goes on")
        peak = max(peak, resident(program) + results(program))
        used = sum(ticks(pid) for pid in (program.pid, *program.workers()))
        idle = idle + 1 if used == last else 0
        last = used
        time.sleep(0.1)
    return peak


def resident(program):
    return int(pathlib.Path(f"/proc/{program.pid}/statm").read_text().split()[1]) * resource.getpagesize()


def results(program):
    """Bytes of the results that the program has open; one may be closed while they are counted."""
    total = 0
    for descriptor in pathlib.Path(f"/proc/{program.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if "thumbnailer-result" in os.readlink(descriptor):
                total += descriptor.stat().st_size
    return total


def ticks(pid):
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])
