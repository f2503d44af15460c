"""Valid requests, damaged in every way that a byte can be: each gets an answer of the protocol, and the program lives.

The method is that of OTP's own tests of external terms: cut at every byte, and every byte XORed with a few masks. Run
with a program built with sanitizers (-DTHUMBNAILER_SANITIZE=address,undefined), a report of theirs is a failure too.
"""

import contextlib
import os
import shutil
import struct
import subprocess
import tempfile
import unittest

import msgpack

from program import EXECUTABLE, IMAGES, TIMEOUT, Stream, contract, frame
from term import Atom, decode, encode

MASKS = (1, 2, 4, 8, 16, 32, 64, 128, 255)
REASONS = {row["name"] for row in contract("reasons") if row["from"] == "port"}
# What would be a fault of the program or of its worker, however the request looks.
FAULTS = {"internal", "crashed", "out_of_memory"}
AT_A_TIME = 100
# How each codec is written and read here. In MessagePack a tuple is a list, and an Atom is a str by itself.
CODECS = {"etf": (encode, decode), "msgpack": (msgpack.packb, msgpack.unpackb)}

IMAGE = (IMAGES / "one_pixel.png").read_bytes()
IN_FRAME = (Atom("bytes"), IMAGE)
# Relative, in a folder of the test's own: a damaged path leads nowhere else.
IN_FILE = (Atom("path"), b"in.png")


def atoms(options):
    return {Atom(key): Atom(value) if isinstance(value, str) else value for key, value in options.items()}


def make(source, *outputs, **options):
    return (Atom("make"), 1, {**atoms(options), Atom("outputs"): [atoms(output) for output in outputs]}, source)


def requests():
    """Forty, from the smallest on: every operation, every option, every kind of source."""
    yield from ((Atom(name), 1) for name in ("ping", "stats", "cancel"))
    yield (Atom("ping"), 2**63 - 1)
    yield (Atom("ping"), 2**31)
    yield (b"ping", 1)
    yield [b"ping", 1]
    for source in (IN_FRAME, IN_FILE, (b"path", b"in.png"), (Atom("path"), Atom("in.png")), Atom("stream")):
        yield (Atom("probe"), 1, {}, source)
        yield (Atom("probe"), 1, {Atom("timeout"): 200}, source)
        yield make(source, {"width": 9})
    yield (Atom("chunk"), 1, b"bytes of an image")
    yield (Atom("chunk"), 1, Atom("eof"))
    for fit in ("inside", "cover", "contain", "fill", "outside"):
        yield make(IN_FILE, {"width": 9, "height": 7, "fit": fit})
    for saved in ("jpeg", "png", "webp", "gif", "auto"):
        yield make(IN_FILE, {"width": 9, "format": saved})
    yield make(IN_FILE, {"width": 9, "enlarge": "true", "format": "jpeg", "quality": 70, "background": b"#80ff00"})
    yield make(IN_FILE, {"height": 9, "to": b"a.png"})
    yield make(IN_FILE, {"width": 9}, {"height": 8}, {"width": 3, "height": 4}, timeout=200)
    yield make(IN_FRAME, {b"width": 9}, {Atom("height"): 8})
    yield make(IN_FILE, *({"width": side} for side in range(1, 9)))
    yield (b"make", 1, {b"outputs": [{b"width": 9, b"fit": b"cover", b"height": 9}]}, (b"path", b"in.png"))


def framed(payload):
    return struct.pack(">I", len(payload)) + payload


def damaged(payload):
    for length in range(len(payload)):
        yield payload[:length]
    for at, byte in enumerate(payload):
        for mask in MASKS:
            yield payload[:at] + bytes([byte ^ mask]) + payload[at + 1 :]


class CorrupterTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        shutil.copy(IMAGES / "one_pixel.png", os.path.join(self.folder.name, "in.png"))

    def start(self, codec):
        self.errors = tempfile.TemporaryFile()
        self.addCleanup(self.errors.close)
        process = subprocess.Popen(
            [EXECUTABLE, "--max-streams=4", "--codec", codec],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            cwd=self.folder.name,
        )
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        process.kill()
        process.wait()
        process.stdout.close()
        with contextlib.suppress(OSError):
            process.stdin.close()

    def said(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def check_answer(self, answer):
        self.assertEqual(len(answer), 3, answer)
        if answer[0] == "error":
            self.assertIn(answer[2]["reason"], REASONS - FAULTS, answer)
        else:
            self.assertEqual(answer[0], "ok", answer)

    def test_there_are_forty(self):
        self.assertEqual(len(list(requests())), 40)

    def test_a_damaged_request_is_answered_and_harms_no_other(self):
        for codec in CODECS:
            with self.subTest(codec):
                self.damage_all(codec)

    def damage_all(self, codec):
        write, read = CODECS[codec]
        process = self.start(codec)
        output = Stream(process.stdout.fileno(), read)
        self.assertEqual(output.frame()[0], "hello")
        fence = 10**12
        sent = answered = 0
        for request in requests():
            all_damaged = [framed(payload) for payload in damaged(write(request))]
            for begin in range(0, len(all_damaged), AT_A_TIME):
                batch = all_damaged[begin : begin + AT_A_TIME]
                fence += 1
                process.stdin.write(b"".join(batch) + framed(write((Atom("ping"), fence))))
                process.stdin.flush()
                sent += len(batch)
                while (answer := output.frame()) is None or answer[:2] != answer.__class__(("ok", fence)):
                    self.assertIsNotNone(answer, self.said())
                    self.check_answer(answer)
                    answered += 1
        process.stdin.close()
        for answer in output.frames():
            self.check_answer(answer)
            answered += 1
        self.assertEqual((process.wait(TIMEOUT), self.said()), (0, ""))
        # A cancel of nothing and a chunk of what is refused already have none.
        self.assertGreater(answered, sent * 0.95)
        self.assertLessEqual(answered, sent)

    def test_a_stream_cut_at_any_byte_ends_with_65_and_one_line(self):
        whole = frame((Atom("ping"), 1)) + frame(make(IN_FILE, {"width": 9}))
        borders = {0, len(frame((Atom("ping"), 1)))}
        for length in range(len(whole)):
            with self.subTest(length=length):
                self.check_end(whole[:length], 0 if length in borders else 65)

    def test_a_damaged_length_is_answered_or_ends_with_65(self):
        whole = frame((Atom("ping"), 1)) + frame((Atom("ping"), 2))
        for at in range(4):
            for mask in MASKS:
                with self.subTest(at=at, mask=mask):
                    self.check_end(whole[:at] + bytes([whole[at] ^ mask]) + whole[at + 1 :], 65)

    def check_end(self, data, code):
        ended = subprocess.run([EXECUTABLE], input=data, capture_output=True, cwd=self.folder.name, timeout=TIMEOUT)
        said = ended.stderr.decode(errors="replace")
        self.assertEqual((ended.returncode, len(said.splitlines())), (code, 0 if code == 0 else 1), said)


if __name__ == "__main__":
    unittest.main()
