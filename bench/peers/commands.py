"""Command-line programs as peers of script/bench: vipsthumbnail and ImageMagick's convert.

    commands.py vipsthumbnail|convert WORKLOAD

Each image gets a new process, because these programs are used like this.
"""

import concurrent.futures
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile

from commands_from_stdin import say, serve


def vipsthumbnail(program, workload, file, output, to):
    options = {"jpeg": f"Q={workload['quality']},optimize_coding,strip", "webp": f"Q={workload['quality']},strip"}
    cover = ["--smartcrop", "centre"] if output["fit"] == "cover" else []
    size = f"{output['width']}x{output['height']}" + ("" if cover else ">")
    named = f"{to}.{output['format']}"
    return named, [program, file, "--size", size, *cover, "--output", f"{named}[{options[output['format']]}]"]


def convert(program, workload, file, output, to):
    size = f"{output['width']}x{output['height']}"
    # Decode at twice the size of the thumbnail, as ImageMagick's manual advises.
    hint = f"jpeg:size={2 * output['width']}x{2 * output['height']}"
    cover = ["-thumbnail", size + "^", "-gravity", "center", "-extent", size]
    resize = cover if output["fit"] == "cover" else ["-thumbnail", size + ">"]
    return to, [program, "-define", hint, file, "-auto-orient", *resize,
                "-quality", str(workload["quality"]), f"{output['format']}:{to}"]


def found(*names):
    for name in names:
        if program := shutil.which(name):
            return program
    say(f"skip {names[-1]} is not installed")
    sys.exit(0)


# The names of ImageMagick 7 and of Debian's 6 before the one that may be anything.
COMMANDS = {
    "vipsthumbnail": (vipsthumbnail, ["vipsthumbnail"], "--vips-version"),
    "convert": (convert, ["magick", "convert-im6.q16", "convert"], "-version"),
}
arguments_of, names, version = COMMANDS[sys.argv[1]]
workload = json.loads(sys.argv[2])
program = found(*names)
scratch = tempfile.mkdtemp(prefix="thumbnailer-bench-")


def make_one(index, to):
    file = workload["files"][index % len(workload["files"])]
    for place, output in enumerate(workload["outputs"]):
        written, command = arguments_of(program, workload, file, output, f"{to}-{place}")
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        if written != f"{to}-{place}":
            os.rename(written, f"{to}-{place}")


def make(count):
    with concurrent.futures.ThreadPoolExecutor(workload["parallel"]) as callers:
        list(callers.map(lambda index: make_one(index, f"{scratch}/{index}"), range(count)))


def save(folder):
    for index in range(len(workload["files"])):
        make_one(index, f"{folder}/{index}")


def memory():
    return workload["parallel"] * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


first = subprocess.run([program, version], capture_output=True, text=True).stdout.splitlines()[0]
try:
    serve(" ".join(first.removeprefix("Version: ").split()[:2]).rstrip(","), make, save, memory)
finally:
    shutil.rmtree(scratch)
