"""Every row of the manifest of reports has a test."""

import unittest

import report_colour_test
import report_drawing_test
import report_file_test
from corpus_files import manifest, with_corpus
from report import TESTED

# Each module adds the files that its tests are about.
MODULES = (report_colour_test, report_drawing_test, report_file_test)


@with_corpus
class ManifestTest(unittest.TestCase):
    def test_every_row_of_the_manifest_has_a_test(self):
        self.assertEqual({row["file"] for row in manifest("reports")}, TESTED)
