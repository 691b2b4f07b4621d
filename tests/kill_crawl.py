"""What the processes of ``test_kill`` and ``test_shared_crawl`` run.

The process that they are forked from reads it once, with the taggers.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import output.run_manifest
import output.terminal
import output.write
import rolecall
import scraper.crawl
from pipelines.gazetteer import gazetteer
from pipelines.link_duplicates import link_duplicates
from pipelines.tag_role import shared_nlp
from scraper.items import GIVEN_BACK
from scraper.sources import load_sources
from store import open_store

shared_nlp()
gazetteer()
READ = (output.run_manifest, output.terminal, output.write, scraper.crawl)
"""Modules that the command reads when it needs them, but for those that start Twisted."""


def crawl(folder: str, sources: str) -> None:
    """``rolecall crawl`` with its store and reports in the folder."""
    os.environ["ROLECALL_ALLOW_LOOPBACK"] = "1"
    Path(folder).mkdir(exist_ok=True)
    os.chdir(folder)
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  # no path
        sys.stdout = sys.stderr = nowhere
        sys.exit(rolecall.main(["crawl", "--sources", sources, "--store", "rolecall.db", "--out", "out"]))


def crawl_alone(folder: str, environment: dict[str, str], sources: str, store: str) -> None:
    """The crawl of one process into the store, and the links between its copies, but no reports."""
    os.environ |= {"ROLECALL_ALLOW_LOOPBACK": "1", **environment}
    os.chdir(folder)
    settings = {"ROLECALL_STORE": store, "LOG_LEVEL": "ERROR"}
    scraper.crawl.crawl_sources(load_sources(Path(sources)), settings, lambda source, event: None)
    opened = open_store(store)
    link_duplicates(opened)
    opened.close()


def command(folder: str, environment: dict[str, str], arguments: list[str], log: str) -> None:
    """``rolecall`` with these arguments in the folder; the log is a file's name in it."""
    os.environ |= {"ROLECALL_ALLOW_LOOPBACK": "1", **environment}
    os.chdir(folder)
    sys.stdout = sys.stderr = Path(log).open("w", buffering=1)  # noqa: SIM115  # to the process's end
    sys.exit(rolecall.main(arguments))


def crawl_anothers_host(folder: str, environment: dict[str, str], sources: str, store: str) -> None:
    """A crawl of the first source, whose host is no more this process's when it begins."""
    os.environ |= {"ROLECALL_ALLOW_LOOPBACK": "1", **environment}
    os.chdir(folder)
    (source,) = load_sources(Path(sources))
    settings = scraper.crawl.project_settings({"ROLECALL_STORE": store, "LOG_LEVEL": "ERROR"})
    process = scraper.crawl.AsyncCrawlerProcess(settings)
    crawls = scraper.crawl.SourceCrawls(process, lambda name, event: None, lambda name, crawler: None)
    (host,) = scraper.crawl.by_host([source])
    crawls.hosts.ours_until[host] = 0.0
    crawler = crawls.crawler_of(source)
    process.crawl(crawler, **source.spider_arguments())
    process.start()
    sys.exit(0 if crawler.stats.get_value(GIVEN_BACK) else 1)
