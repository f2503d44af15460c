"""docs/protocol.md against the program: its examples byte for byte, its tables row for row."""

import re
import struct
import unittest

from program import ROOT, PipeTest, contract

TEXT = (ROOT / "docs" / "protocol.md").read_text()
EXAMPLE = re.compile(r"^<!-- (\w+) (\w+) -->\n```hex\n(.*?\.)\n([0-9a-f].*?)^```$", re.MULTILINE | re.DOTALL)


def examples():
    """(codec, request or answer, term, bytes) of each block, in their order."""
    for codec, kind, term, lines in EXAMPLE.findall(TEXT):
        yield codec, kind, term, bytes.fromhex("".join(line.partition("|")[0] for line in lines.splitlines()))


def table_rows():
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in TEXT.splitlines() if line.startswith("| ")]


class ExamplesTest(PipeTest):
    def test_the_bytes_of_each_example_are_those_of_its_term(self):
        self.assertGreaterEqual(len(list(examples())), 9)
        for codec, _kind, term, data in examples():
            with self.subTest(term=term, codec=codec):
                framed = self.run_once("frame", "--codec", codec, stdin=term.encode())
                self.assertEqual((framed.stdout.hex(" "), framed.stderr), (data.hex(" "), b""))

    def test_the_program_answers_each_request_with_the_bytes_that_stand_below_it(self):
        for codec in ("etf", "msgpack"):
            requests = b"".join(data for each, kind, _term, data in examples() if (each, kind) == (codec, "request"))
            answers = [data for each, kind, _term, data in examples() if (each, kind) == (codec, "answer")]
            ended = self.run_once("--codec", codec, stdin=requests)
            (hello,) = struct.unpack_from(">I", ended.stdout)
            self.assertEqual((ended.returncode, ended.stderr), (0, b""))
            self.assertEqual(ended.stdout[4 + hello :].hex(" "), b"".join(answers).hex(" "))


class TablesTest(PipeTest):
    def test_every_reason_stands_there_with_its_meaning(self):
        for row in contract("reasons"):
            self.assertIn([f"`{row['name']}`", row["from"], row["meaning"]], table_rows())

    def test_every_option_stands_there_with_its_range_and_its_choices(self):
        for row in contract("options"):
            rows = [cells for cells in table_rows() if f"`{row['name']}`" in cells[0] and row["scope"] in cells[1:2]]
            self.assertEqual(len(rows), 1, row["name"])
            if row["min"] != "-":
                self.assertIn(f"{row['min']}..{row['max']}", rows[0][2])
            if row["choices"] != "-":
                self.assertEqual(rows[0][2], f"`{row['choices'].replace(',', ' ')}`")

    def test_every_limit_on_the_command_line_stands_there_with_its_default(self):
        help_text = self.run_once("--help").stdout.decode()
        limits = re.findall(r"^  (--max-\S+) .*\(default (\d+)\)$", help_text, re.MULTILINE)
        self.assertGreaterEqual(len(limits), 4)
        for flag, default in limits:
            row = next((cells for cells in table_rows() if cells[1].startswith(f"`{flag}`")), None)
            self.assertIsNotNone(row, flag)
            self.assertIn(default, row[1])

    def test_every_command_stands_there_and_in_the_help(self):
        commands = [cells[0].split()[1].strip("`") for cells in table_rows() if cells[0].startswith("`thumbnailer ")]
        help_text = self.run_once("--help").stdout.decode()
        self.assertEqual(commands, re.findall(r"^  thumbnailer ([a-z]+) ", help_text, re.MULTILINE)[: len(commands)])

    def test_every_key_of_the_hello_its_limits_and_the_stats_stands_there(self):
        program = self.start()
        hello = program.hello[1]
        for key in (*hello, *hello["limits"], *program.stats()):
            self.assertTrue(re.search(rf"\b{key}\b", TEXT), f"{key} is not in docs/protocol.md")


if __name__ == "__main__":
    unittest.main()
