"""The two codecs from outside: test/contract/vectors.tsv and bad_vectors.tsv through the real binary, and against the
terms that another implementation reads and writes.
"""

import csv
import struct
import unittest

import msgpack

from program import IMAGES, ROOT, PipeTest
from term import Atom, decode, encode


def rows(name):
    with open(ROOT / "test" / "contract" / name, newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


# A dict takes 1 and 1.0, or an atom and a binary, for the same key, and no list.
NOT_FOR_PYTHON = {"map whose keys differ in kind only"}


def payload(text):
    """Bytes of a table: groups in hexadecimal, 6a*4096 is the group 4096 times; - is none at all."""
    groups = (group.partition("*") for group in text.split() if text != "-")
    return b"".join(bytes.fromhex(digits) * int(times or 1) for digits, _star, times in groups)


def framed(data):
    return struct.pack(">I", len(data)) + data


class EtfTest(PipeTest):
    def shown(self, payloads):
        result = self.run_once("show", stdin=b"".join(map(framed, payloads)))
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return result.stdout.decode()

    def test_every_vector_is_read_alike_by_the_program_and_by_the_other_implementation(self):
        vectors = [(row["name"], payload(row["etf"])) for row in rows("vectors.tsv") if row["etf"] != "-"]
        self.assertGreater(len(vectors), 20)
        for name, data in vectors:
            if name in NOT_FOR_PYTHON:
                continue
            with self.subTest(name):
                self.assertEqual(self.shown([encode(decode(data))]), self.shown([data]))

    def test_every_bad_vector_is_a_bad_term_that_says_why_and_the_stream_goes_on(self):
        program = self.start()
        for row in rows("bad_vectors.tsv"):
            if row["codec"] != "etf":
                continue
            with self.subTest(row["name"]):
                program.write(framed(payload(row["bytes"])))
                error = self.assert_error(program.receive(), "nil", "bad_term")
                self.assertIn(row["message"], error["message"].decode())
        self.assert_alive(program)


class MsgpackTest(PipeTest):
    def setUp(self):
        self.program = self.start("--codec", "msgpack", decode=msgpack.unpackb)

    def ask(self, term):
        self.program.write(framed(msgpack.packb(term)))
        return self.program.receive()

    def test_the_hello_names_the_codec(self):
        tag, hello = self.program.hello
        self.assertEqual((tag, hello["codec"], hello["protocol"]), ("hello", "msgpack", 1))

    def test_a_thumbnail_is_asked_for_with_text_and_comes_as_bytes(self):
        self.assertEqual(self.ask(["ping", 1]), ["ok", 1, {}])
        source = ["path", str(IMAGES / "quadrants.png")]
        kind, request_id, body = self.ask(["make", 2, {"outputs": [{"width": 80, "format": "webp"}]}, source])
        self.assertEqual((kind, request_id), ("ok", 2))
        [(tag, output)] = body["outputs"]
        self.assertEqual((tag, output["format"], output["width"], output["height"]), ("ok", "webp", 80, 60))
        self.assertEqual(output["data"][8:12], b"WEBP")

    def test_both_codecs_give_the_same_thumbnail(self):
        path = IMAGES / "quadrants.png"
        by_msgpack = self.ask(["make", 1, {"outputs": [{"width": 80}]}, ["bytes", path.read_bytes()]])
        spec = {Atom("outputs"): [{Atom("width"): 80}]}
        by_etf = self.start().ask((Atom("make"), 1, spec, (Atom("bytes"), path.read_bytes())))
        self.assertEqual(by_msgpack[2]["outputs"][0][1]["data"], by_etf[2]["outputs"][0][1]["data"])

    def test_every_bad_vector_is_a_bad_term_that_says_why_and_the_stream_goes_on(self):
        for row in rows("bad_vectors.tsv"):
            if row["codec"] != "msgpack":
                continue
            with self.subTest(row["name"]):
                self.program.write(framed(payload(row["bytes"])))
                kind, request_id, error = self.program.receive()
                self.assertEqual((kind, request_id, error["reason"]), ("error", None, "bad_term"))
                self.assertIn(row["message"], error["message"].decode())
        self.assertEqual(self.ask(["ping", 3]), ["ok", 3, {}])


if __name__ == "__main__":
    unittest.main()
