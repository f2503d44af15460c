"""The shapes of real attacks on image services: files whose bytes choose a dangerous reader, or that name other files.

Each must end as unsupported, as damaged, or as a picture without what it asked for; and no worker may open, connect or
run anything, which strace sees where it is installed.
"""

import io
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import zipfile

from PIL import Image

from program import EXECUTABLE, IMAGES, PipeTest, Stream, frame, make

SECRET = b"\xde\xad the secret of another file"
SIZE = {"width": 40, "height": 40, "format": "png"}


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return file.getvalue()


def hdf5():
    """A MATLAB 7.3 file, whose data may lie in any other file (CVE-2026-66066)."""
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124, b" ") + b"\x00\x02IM"
    return head.ljust(512, b"\0") + b"\x89HDF\r\n\x1a\n" + b"\0" * 200 + b"/proc/self/environ\0"


# What no reader here may take for an image.
FOREIGN = {
    "MATLAB file with external storage": hdf5(),
    "HDF5": b"\x89HDF\r\n\x1a\n" + b"\0" * 512,
    "ImageMagick script": b'<?xml version="1.0"?><image><read filename="/etc/passwd"/><write filename="/tmp/x"/></image>',
    "ImageMagick vector graphics": b"push graphic-context\nimage over 0,0 0,0 'url(https://127.0.0.1/x)'\npop graphic-context\n",
    "PostScript": b"%!PS\n(/etc/passwd) (r) file\n",
    "Encapsulated PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "PDF": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n",
    "SQLite": b"SQLite format 3\0" + b"\x10\0\x01\x01\0" * 40,
    "ELF": pathlib.Path(EXECUTABLE).read_bytes()[:4096],
    "zip": zipped(),
    "gzip": b"\x1f\x8b\x08\0" + b"\0" * 100,
    "shell script": b"#!/bin/sh\ncat /etc/passwd\n",
    "HTML": b"<!doctype html><html><body><script>1</script></body></html>",
    "FITS": b"SIMPLE  =                    T".ljust(2880),
    "Analyze": b"\x5c\x01\0\0" + b"\0" * 344,
    "portable pixmap": b"P6 1 1 255 \xff\0\0",
    "Radiance": b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n\0\0\0\0",
    "libvips' own": b"\xb6\xa6\xf2\x08" + b"\0" * 64,
    "PNG behind a text": b"hello " + (IMAGES / "quadrants.png").read_bytes(),
}


def damaged():
    """An image's first bytes before something else: its own reader may look, no other."""
    return {
        "JPEG with PostScript behind the magic": b"\xff\xd8\xff\xe0" + FOREIGN["PostScript"],
        "PNG with HDF5 behind the magic": b"\x89PNG\r\n\x1a\n" + hdf5(),
        "GIF with a script behind the magic": b"GIF89a" + FOREIGN["shell script"],
        "TIFF with SQLite behind the magic": b"II*\0" + FOREIGN["SQLite"],
        "WebP with a zip behind the magic": b"RIFF\xff\xff\0\0WEBP" + zipped(),
        "AVIF with nothing behind its brand": b"\0\0\0\x18ftypavif\0\0\0\0avifmif1" + b"\0" * 50,
    }


def drawings(secret):
    """SVGs that name another file in every way that is known to have worked somewhere."""
    href = f"file://{secret}"
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="40">'
    return {
        "image by file URL": f'{head}<image width="40" height="40" xlink:href="{href}"/></svg>',
        "image by path": f'{head}<image width="40" height="40" href="{secret}"/></svg>',
        "image by web address": f'{head}<image width="40" height="40" href="http://127.0.0.1:9/x.png"/></svg>',
        "include": f'{head}<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret}" parse="text"/></svg>',
        "include with a query (CVE-2023-38633)": (
            f'{head}<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href=".?../../../../../{secret}" parse="text"/></svg>'
        ),
        "external entity": f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{href}">]>{head}<text y="20">&x;</text></svg>',
        "external stylesheet": f'<?xml-stylesheet href="{href}" type="text/css"?>{head}<rect width="40" height="40"/></svg>',
        "style import": f'{head}<style>@import url("{href}");</style><rect width="40" height="40"/></svg>',
        "use of another file": f'{head}<use xlink:href="{href}#a"/></svg>',
    }


class AttackTest(PipeTest):
    def test_a_file_that_is_no_image_is_unsupported_whatever_its_bytes_choose(self):
        program = self.start("--workers", "1")
        for request_id, (name, content) in enumerate(FOREIGN.items()):
            with self.subTest(name):
                self.assert_error(program.ask(make(request_id, content, SIZE)), request_id, "unsupported_format")
        self.assert_alive(program)

    def test_an_image_that_turns_into_something_else_is_damaged(self):
        program = self.start("--workers", "1")
        for request_id, (name, content) in enumerate(damaged().items()):
            with self.subTest(name):
                self.assert_error(program.ask(make(request_id, content, SIZE)), request_id, "bad_image")
        self.assertEqual(program.stats()["crashed"], 0, "no worker died of it")

    def test_a_drawing_gets_nothing_of_the_files_that_it_names(self):
        program = self.start("--workers", "1")
        with tempfile.NamedTemporaryFile(suffix=".png") as secret:
            Image.new("RGB", (40, 40), (255, 0, 0)).save(secret, "png")
            secret.flush()
            for request_id, (name, content) in enumerate(drawings(secret.name).items()):
                with self.subTest(name):
                    answer = program.ask(make(request_id, content.encode(), SIZE))
                    if answer[0] == "error":
                        self.assertEqual(answer[2]["reason"], "bad_image", answer)
                        continue
                    [(_ok, output)] = answer[2]["outputs"]
                    colours = Image.open(io.BytesIO(output["data"])).convert("RGBA").getcolors()
                    self.assertNotIn((255, 0, 0, 255), [colour for _count, colour in colours])

    def test_an_endless_entity_ends(self):
        entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
        bomb = f'<!DOCTYPE svg [<!ENTITY e0 "x">{entities}]><svg xmlns="http://www.w3.org/2000/svg"><text>&e11;</text></svg>'
        program = self.start("--workers", "1", "--timeout", "10000")
        self.assertIn(program.ask(make(1, bomb.encode(), SIZE))[0], ("ok", "error"))
        self.assert_alive(program)

    @unittest.skipUnless(shutil.which("strace"), "there is no strace")
    def test_no_worker_opens_connects_or_runs_anything(self):
        calls = "open,openat,openat2,creat,socket,connect,execve,execveat,recvmsg"
        with tempfile.TemporaryDirectory() as folder:
            secret = os.path.join(folder, "secret.png")
            pathlib.Path(secret).write_bytes(SECRET)
            sources = [*FOREIGN.values(), *damaged().values(), *(text.encode() for text in drawings(secret).values())]
            sources += [path.read_bytes() for path in IMAGES.iterdir() if path.stat().st_size]
            log = os.path.join(folder, "log")
            process = subprocess.Popen(
                ["strace", "-f", "-qq", "-o", log, "-e", f"trace={calls}", EXECUTABLE, "--workers", "2"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            output = Stream(process.stdout.fileno())
            self.assertEqual(output.frame()[0], "hello")
            for request_id, source in enumerate(sources):
                process.stdin.write(frame(make(request_id, source, SIZE)))
                process.stdin.flush()
                self.assertEqual(output.frame()[1], request_id)
            process.stdin.close()
            process.wait()
            process.stdout.close()
            self.assertEqual(self.reached(pathlib.Path(log).read_text()), [])

    def reached(self, log):
        """The calls by which a worker got at something, after it had its first job; its channel is descriptor 3."""
        working, reached = set(), []
        for line in log.splitlines():
            pid, call = line.split(maxsplit=1)
            if call.startswith("recvmsg(3,"):
                working.add(pid)
            elif pid in working and not call.startswith(("recvmsg", "<...", "+++", "---")) and not re.search(r"= -1 |= \?$|unfinished", call):
                reached.append(line)
        self.assertTrue(working, "no worker was seen")
        return reached


if __name__ == "__main__":
    unittest.main()
