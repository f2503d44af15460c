"""docs/thumbnailer.1 says what the program says of itself."""

import re
import shutil
import subprocess
import sys
import unittest

from program import ROOT, PipeTest, contract

PAGE = ROOT / "docs" / "thumbnailer.1"


class ManualTest(PipeTest):
    def tags(self, section):
        """What is explained in a section of the page, unformatted."""
        text = PAGE.read_text().split(f".SH {section}\n", 1)[1].split(".SH ", 1)[0]
        tags = re.findall(r"^\.TP\n\.BR? (\S+)", text, re.MULTILINE)
        return [tag.replace("\\-", "-") for tag in tags]

    def test_it_explains_the_flags_of_the_help_in_their_order(self):
        flags = re.findall(r"^  (--[a-z-]+)", self.run_once("--help").stdout.decode(), re.MULTILINE)
        self.assertGreater(len(flags), 15)
        self.assertEqual(self.tags("FLAGS"), flags)

    def test_it_explains_every_option_of_the_contract(self):
        self.assertEqual(self.tags("OPTIONS OF A REQUEST"), [row["name"] for row in contract("options")])

    def test_it_is_what_script_manual_writes(self):
        subprocess.run([sys.executable, ROOT / "script" / "manual", "--check"], check=True)

    @unittest.skipUnless(shutil.which("groff"), "groff is not here")
    def test_groff_has_nothing_to_complain_of(self):
        checked = subprocess.run(["groff", "-man", "-ww", "-z", PAGE], capture_output=True, check=True)
        self.assertEqual(checked.stderr, b"")


if __name__ == "__main__":
    unittest.main()
