"""The corpus of real, hostile and reported images, which is not part of the project: THUMBNAILER_CORPUS, or ../shared/corpus
beside the checkout. Its MANIFEST.tsv files say what to expect of each file."""

import csv
import os
import pathlib
import unittest

from program import ROOT

CORPUS = pathlib.Path(os.environ.get("THUMBNAILER_CORPUS", ROOT.parent / "shared" / "corpus"))
REPORTS = CORPUS / "reports"

with_corpus = unittest.skipUnless(CORPUS.is_dir(), f"there is no corpus at {CORPUS} (THUMBNAILER_CORPUS)")


def manifest(folder):
    with open(CORPUS / folder / "MANIFEST.tsv", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
