"""Sources that arrive in chunks, through the real binary."""

import os
import tempfile
import unittest

from program import IMAGES, PipeTest, make
from term import Atom

PHOTO = (IMAGES / "photo.jpg").read_bytes()
PING = (Atom("ping"), 0)
EOF = Atom("eof")


def stream(request_id, *outputs, **options):
    return (*make(request_id, b"", *(outputs or ({"width": 40},)), **options)[:3], Atom("stream"))


def chunk(request_id, data):
    return (Atom("chunk"), request_id, data)


def chunks(request_id, data, size):
    return [chunk(request_id, data[at : at + size]) for at in range(0, len(data), size)] + [chunk(request_id, EOF)]


class StreamsTest(PipeTest):
    def streams(self, program):
        return program.stats()["streams"]

    def test_a_streamed_image_gives_the_same_thumbnail_as_its_bytes_whatever_the_chunks(self):
        program = self.start()
        wanted = self.assert_ok(program.ask(make(1, PHOTO, {"width": 40})), 1)
        for request_id, size in enumerate((1, 997, 4096, 65536 * 4), start=2):
            program.send(stream(request_id), *chunks(request_id, PHOTO, size))
            self.assertEqual(self.assert_ok(program.receive(), request_id), wanted)

    def test_a_chunk_larger_than_the_inbox_is_collected(self):
        program = self.start()
        padded = PHOTO + bytes(1 << 20)  # decoders stop at the end of the image
        program.send(stream(1), *chunks(1, padded, 300_000))
        self.assert_ok(program.receive(), 1)

    def test_a_probe_may_stream_its_source(self):
        program = self.start()
        program.send((Atom("probe"), 1, {}, Atom("stream")), *chunks(1, PHOTO, 1000))
        self.assertEqual(self.assert_ok(program.receive(), 1)["width"], 640)

    def test_streams_may_interleave(self):
        program = self.start()
        program.send(stream(1), stream(2, {"width": 20}))
        pairs = zip(chunks(1, PHOTO, 700), chunks(2, PHOTO, 700))
        program.send(*(part for pair in pairs for part in pair))
        answers = sorted((program.receive(), program.receive()), key=lambda answer: answer[1])
        self.assertEqual([answer[2]["outputs"][0][1]["width"] for answer in answers], [40, 20])

    def test_an_image_over_the_limit_is_too_large_at_once_and_its_later_chunks_are_dropped(self):
        program = self.start("--max-source-bytes", "10000")
        program.send(stream(1), chunk(1, bytes(10_000)), PING)
        self.assertEqual(program.receive(), ("ok", 0, {}))
        program.send(chunk(1, b"x"))
        self.assertEqual(self.assert_error(program.receive(), 1, "too_large")["limit"], 10_000)
        program.send(chunk(1, b"x"), chunk(1, EOF), PING)
        self.assertEqual(program.receive(), ("ok", 0, {}))
        self.assertEqual(self.streams(program), 0)

    def test_the_chunks_of_a_refused_request_are_dropped(self):
        program = self.start()
        program.send(stream(1, {"width": 0}), chunk(1, b"x"), chunk(1, EOF), PING)
        self.assert_error(program.receive(), 1, "bad_option")
        self.assertEqual(program.receive(), ("ok", 0, {}))
        program.send(stream(2, {"width": 9, "to": b"/there/is/none.jpg"}), chunk(2, b"x"), chunk(2, EOF), PING)
        self.assert_error(program.receive(), 2, "write_failed")
        self.assertEqual(program.receive(), ("ok", 0, {}))

    def test_a_chunk_of_no_stream_is_a_bad_request(self):
        program = self.start()
        program.send(chunk(7, b"x"), chunk(8, EOF))
        self.assert_error(program.receive(), 7, "bad_request")
        self.assert_error(program.receive(), 8, "bad_request")
        self.assert_alive(program)

    def test_a_chunk_that_is_neither_bytes_nor_eof_ends_its_stream_as_a_bad_request(self):
        program = self.start()
        program.send(stream(1), chunk(1, 5))
        self.assert_error(program.receive(), 1, "bad_request")
        self.assertEqual(self.streams(program), 0)

    def test_the_deadline_runs_from_the_make_on(self):
        program = self.start()
        program.send(stream(1, timeout=50), chunk(1, PHOTO[:100]))
        self.assert_error(program.receive(), 1, "timeout")
        program.send(chunk(1, PHOTO[100:]), chunk(1, EOF), PING)
        self.assertEqual(program.receive(), ("ok", 0, {}))

    def test_a_cancelled_stream_is_answered_and_its_later_chunks_are_dropped(self):
        program = self.start()
        program.send(stream(1), chunk(1, PHOTO[:100]), (Atom("cancel"), 1), chunk(1, PHOTO[100:]), chunk(1, EOF), PING)
        self.assert_error(program.receive(), 1, "cancelled")
        self.assertEqual(program.receive(), ("ok", 0, {}))
        self.assertEqual(self.streams(program), 0)

    def test_a_stream_that_the_input_does_not_end_is_answered_and_the_program_ends_with_0(self):
        program = self.start()
        program.send(stream(1), chunk(1, PHOTO), make(2, PHOTO, {"width": 40}))
        answers, code = program.finish()
        self.assertEqual(code, 0)
        self.assertEqual({answer[:2] for answer in answers}, {("error", 1), ("ok", 2)})
        self.assert_error(next(answer for answer in answers if answer[1] == 1), 1, "bad_request")

    def test_an_open_stream_owns_its_id(self):
        program = self.start()
        program.send(stream(1), stream(1))
        self.assert_error(program.receive(), 1, "duplicate_id")

    def test_no_more_streams_are_open_than_may_be(self):
        program = self.start("--max-streams", "2")
        self.assertEqual(program.hello[1]["limits"]["max_streams"], 2)
        program.send(stream(1), stream(2), stream(3), chunk(3, b"x"), chunk(3, EOF))
        self.assertEqual(self.assert_error(program.receive(), 3, "bad_request")["limit"], 2)
        self.assertEqual(self.streams(program), 2)
        program.send(*chunks(1, PHOTO, 5000), stream(4), *chunks(4, PHOTO, 5000))
        self.assertEqual({program.receive()[:2], program.receive()[:2]}, {("ok", 1), ("ok", 4)})

    def test_what_a_stream_held_is_given_back(self):
        program = self.start()
        descriptors = lambda: len(os.listdir(f"/proc/{program.pid}/fd"))
        self.assert_alive(program)
        before = descriptors()
        for request_id in range(1, 200):
            program.send(stream(request_id), chunk(request_id, PHOTO[:100]), (Atom("cancel"), request_id))
            self.assert_error(program.receive(), request_id, "cancelled")
        self.assertEqual(descriptors(), before)

    def test_a_stream_without_a_byte_is_an_empty_source(self):
        program = self.start()
        program.send(stream(1), chunk(1, b""), chunk(1, EOF))
        self.assert_error(program.receive(), 1, "empty_source")

    def test_a_make_to_a_file_may_be_streamed(self):
        with tempfile.TemporaryDirectory() as folder:
            to = os.path.join(folder, "out.jpg")
            program = self.start()
            program.send(stream(1, {"width": 40, "to": os.fsencode(to)}), *chunks(1, PHOTO, 4096))
            answer = self.assert_ok(program.receive(), 1)
            self.assertEqual(answer["outputs"][0][1]["bytes"], os.path.getsize(to))


if __name__ == "__main__":
    unittest.main()
