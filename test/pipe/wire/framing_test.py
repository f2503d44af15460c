"""Frames as a stream of bytes: cut anywhere, glued together, too long, cut short."""

import struct
import unittest

from program import PipeTest, frame
from term import Atom

MAX = 65536
PING = (Atom("ping"), 1)


class FramingTest(PipeTest):
    def assert_stream_lost(self, program):
        """Exit code 65 and one line that says why; no answer to the bytes that are no frame."""
        self.assertEqual(program.output.frames(), [])
        self.assertEqual(program.exit_code(), 65)
        self.assertEqual(len(program.stderr().splitlines()), 1, program.stderr())

    def test_frames_that_come_one_byte_at_a_time_are_answered(self):
        program = self.start()
        for byte in frame(PING) + frame((Atom("ping"), 2)):
            program.write(bytes([byte]))
        self.assertEqual(program.receive(), ("ok", 1, {}))
        self.assertEqual(program.receive(), ("ok", 2, {}))
        self.assertEqual(program.finish(), ([], 0))

    def test_three_frames_in_one_write_are_answered_three_times(self):
        program = self.start()
        program.send(*((Atom("ping"), number) for number in (1, 2, 3)))
        answers, code = program.finish()
        self.assertEqual(sorted(answers), [("ok", number, {}) for number in (1, 2, 3)])
        self.assertEqual(code, 0)

    def test_a_frame_cut_between_two_writes_is_answered_after_the_second(self):
        program = self.start()
        request = frame((Atom("ping"), 3))
        program.write(frame(PING) + request[:7])
        self.assertEqual(program.receive(), ("ok", 1, {}))
        program.write(request[7:])
        self.assertEqual(program.receive(), ("ok", 3, {}))

    def test_a_frame_without_payload_is_a_bad_term_and_the_stream_goes_on(self):
        program = self.start()
        program.write(struct.pack(">I", 0))
        self.assert_error(program.receive(), "nil", "bad_term")
        self.assert_alive(program)

    def test_a_frame_of_the_longest_length_is_read(self):
        program = self.start("--max-request-bytes", str(MAX))
        self.assertEqual(program.hello[1]["limits"]["max_request_bytes"], MAX)
        program.write(struct.pack(">I", MAX) + b"\x00" * MAX)
        self.assert_error(program.receive(), "nil", "bad_term")
        self.assert_alive(program)

    def test_a_length_one_over_the_longest_ends_the_program(self):
        program = self.start("--max-request-bytes", str(MAX))
        program.write(struct.pack(">I", MAX + 1))
        self.assert_stream_lost(program)

    def test_the_largest_length_that_four_bytes_can_say_ends_the_program(self):
        program = self.start()
        program.write(struct.pack(">I", 0xFFFFFFFF))
        self.assert_stream_lost(program)

    def test_an_end_of_input_inside_a_length_loses_the_stream(self):
        program = self.start()
        program.write(b"\x00\x00")
        program.end_of_input()
        self.assert_stream_lost(program)

    def test_an_end_of_input_inside_a_payload_loses_the_stream(self):
        program = self.start()
        program.write(frame(PING)[:-1])
        program.end_of_input()
        self.assert_stream_lost(program)

    def test_an_end_of_input_between_frames_ends_the_program_with_0(self):
        program = self.start()
        program.send(PING)
        self.assertEqual(program.finish(), ([("ok", 1, {})], 0))

    def test_no_input_at_all_is_a_hello_and_exit_code_0(self):
        program = self.start()
        self.assertEqual(program.hello[0], "hello")
        self.assertEqual(program.finish(), ([], 0))


if __name__ == "__main__":
    unittest.main()
