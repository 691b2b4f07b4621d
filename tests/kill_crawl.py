"""What the processes of ``test_kill`` run; the process that they are forked from reads it once, with the taggers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import output.run_manifest
import output.terminal
import output.write
import pipelines.link_duplicates
import rolecall
import scraper.crawl
from pipelines.gazetteer import gazetteer
from pipelines.tag_role import shared_nlp

shared_nlp()
gazetteer()
READ = (output.run_manifest, output.terminal, output.write, pipelines.link_duplicates, scraper.crawl)
"""Modules that the command reads when it needs them, but for those that start Twisted."""


def crawl(folder: str, sources: str) -> None:
    """``rolecall crawl`` with its store and reports in the folder."""
    os.environ["ROLECALL_ALLOW_LOOPBACK"] = "1"
    Path(folder).mkdir(exist_ok=True)
    os.chdir(folder)
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  # no path
        sys.stdout = sys.stderr = nowhere
        sys.exit(rolecall.main(["crawl", "--sources", sources, "--store", "rolecall.db", "--out", "out"]))
