"""The program's command line: help, version, wrong flags, and the tables that it describes itself by."""

import os
import pty
import subprocess
import unittest

from program import EXECUTABLE, TIMEOUT, ROOT, PipeTest


class CommandLineTest(PipeTest):
    def test_help_goes_to_stdout_and_names_every_flag(self):
        result = self.run_once("--help")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        for flag in ("workers", "max-images-per-worker", "timeout", "max-request-bytes", "max-pixels", "max-source-bytes", "codec", "version"):
            self.assertIn(f"--{flag}", result.stdout.decode())

    def test_version_is_one_line_with_both_versions(self):
        result = self.run_once("--version")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertRegex(result.stdout.decode(), r"\A[^\n]*\b\d+\.\d+\.\d+\b[^\n]*\b8\.\d+\.\d+\b[^\n]*\n\Z")

    def test_a_wrong_command_line_is_exit_code_64_and_one_line_that_names_it(self):
        wrong = (
            ["--no-such-flag"],
            ["--workers"],
            ["--workers", "0"],
            ["--workers", "-1"],
            ["--workers", "many"],
            ["--workers", "99999999999999999999"],
            ["--workers", "4x"],
            ["--timeout", "0"],
            ["--max-request-bytes", ""],
            ["--max-pixels", "1e6"],
            ["--codec", "json"],
            ["no-such-command"],
            ["describe", "no-such-table"],
        )
        for arguments in wrong:
            with self.subTest(arguments=arguments):
                result = self.run_once(*arguments)
                self.assertEqual(result.returncode, 64, result)
                self.assertEqual(result.stdout, b"")
                message = result.stderr.decode()
                self.assertEqual(len(message.splitlines()), 1, message)
                self.assertIn((arguments[-1] or arguments[0]).lstrip("-"), message)

    def test_the_tables_that_it_describes_are_those_of_the_contract_byte_for_byte(self):
        for table in ("options", "formats", "reasons"):
            with self.subTest(table):
                rows = (ROOT / "test" / "contract" / f"{table}.tsv").read_text().splitlines(keepends=True)
                # The program knows its own reasons, not those that the library adds.
                wanted = "".join(row for row in rows if row.split("\t")[1] != "library")
                result = self.run_once("describe", table)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(result.stdout.decode(), wanted)

    def test_on_a_terminal_it_prints_its_help_instead_of_frames(self):
        master, terminal = pty.openpty()
        self.addCleanup(os.close, master)
        process = subprocess.Popen([EXECUTABLE], stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(process.kill)
        os.close(terminal)
        output, _ = process.communicate(timeout=TIMEOUT)
        self.assertIn("--workers", output.decode())


if __name__ == "__main__":
    unittest.main()
