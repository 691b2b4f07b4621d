"""How fast the crawl is with everything on, against a bare Scrapy spider that downloads the same boards.

    python -m benchmarks.crawl --ads 2000 --rounds 5

The bare spider yields one dict an ad and does nothing with it, under Scrapy's own defaults. Both crawl ten boards of
generated ads on loopback, in turns, each time in a process of its own; the server is a third process. What counts is
the time from the first ad to the last; the start (imports, taggers, gazetteer) is told beside it.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from scrapy.utils.misc import load_object

from benchmarks.boards import PLATFORMS, Board, served
from scraper.sources import Source

HERE = Path(__file__).parent.parent
TARGET = 0.7
Run = dict[str, Any]


class Clock:
    """When the crawl began, and its first and last ads."""

    def __init__(self) -> None:
        self.began = perf_counter()
        self.first = self.began
        self.cpu_of_start = 0.0
        self.n_ads = 0

    def count(self) -> None:
        if not self.n_ads:
            self.first, self.cpu_of_start = perf_counter(), process_time()
        self.n_ads += 1

    def run(self) -> Run:
        ended = perf_counter()
        return {
            "n_ads": self.n_ads,
            "start_s": self.first - self.began,
            "all_s": ended - self.began,
            "ads_s": (self.n_ads - 1) / (ended - self.first),
            "cpu_us": (process_time() - self.cpu_of_start) / (self.n_ads - 1) * 1e6,
        }


def crawl_bare(boards: list[Board]) -> Run:
    """The bare spider, as one would write it first."""
    from scrapy import Spider
    from scrapy.crawler import AsyncCrawlerProcess

    clock = Clock()

    class Bare(Spider):
        name = "bare"
        start_urls = [board.base_url + board.start for board in boards]

        def parse(self, response: Any) -> Any:
            data = response.json()
            rows = data if isinstance(data, list) else data.get("jobs", data.get("content", []))
            for row in rows:
                if "jobAd" in row or "content" not in data:
                    clock.count()
                    yield dict(row)
                else:
                    yield response.follow(f"{response.url.partition('?')[0]}/{row['id']}", self.parse_detail)
            if len(rows) == 100 and ("skip=" in response.url or "offset=" in response.url):
                address, _, at = response.url.replace("&limit=100", "").rpartition("=")
                ending = "&limit=100" if "skip=" in address + "=" else ""
                yield response.follow(f"{address}={int(at) + 100}{ending}", self.parse)

        def parse_detail(self, response: Any) -> Any:
            clock.count()
            yield dict(response.json())

    process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR", "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 8})
    process.crawl(Bare)
    process.start()
    return clock.run()


def crawl_ours(boards: list[Board], *, timed: bool = False) -> Run:
    """The project's crawl into a new store; ``timed`` adds the seconds by pipeline."""
    from scraper.crawl import crawl_sources

    clock = Clock()
    seconds: dict[str, float] = time_pipelines() if timed else {}
    sources = [
        Source(name=board.name, platform=board.platform, board=board.name, base_url=board.base_url, delay_s=0)
        for board in boards
    ]
    with tempfile.TemporaryDirectory() as folder:
        settings = {"ROLECALL_STORE": f"{folder}/rolecall.db", "LOG_LEVEL": "ERROR"}
        crawl_sources(sources, settings, lambda source, event: clock.count() if event == "found" else None)
        return {**clock.run(), "seconds": dict(seconds)}


def time_pipelines() -> defaultdict[str, float]:
    """Have every pipeline count its seconds."""
    from scraper.settings import ITEM_PIPELINES

    seconds: defaultdict[str, float] = defaultdict(float)
    for path in ITEM_PIPELINES:
        pipeline = load_object(path)
        for method in ("process_items", "close_spider") if hasattr(pipeline, "process_items") else ("process_item",):
            if hasattr(pipeline, method):
                setattr(pipeline, method, _timed(getattr(pipeline, method), pipeline.__name__, seconds))
    store = importlib.import_module("store").Store
    store.save = _timed(store.save, "(of it: Store.save)", seconds)
    return seconds


def _timed(function: Callable[..., Any], name: str, seconds: defaultdict[str, float]) -> Callable[..., Any]:
    @functools.wraps(function)
    def timed(*args: Any, **kwargs: Any) -> Any:
        began = perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            seconds[name] += perf_counter() - began

    return timed


CRAWLS: dict[str, Callable[[list[Board]], Run]] = {
    "bare": crawl_bare,
    "ours": crawl_ours,
    "timed": functools.partial(crawl_ours, timed=True),
}


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def in_a_process(name: str, boards: list[Board]) -> Run:
    """Crawl once in a new process: Twisted's reactor does not start twice."""
    given = json.dumps([[board.name, board.platform, board.start, board.base_url] for board in boards])
    command = [sys.executable, "-m", "benchmarks.crawl", "--once", name, given]
    environment = {**os.environ, "ROLECALL_ALLOW_LOOPBACK": "1"}
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    run: Run = json.loads(done.stdout.splitlines()[-1])
    return run


def once(name: str, given: str) -> None:
    boards = [Board(board, platform, {}, start, base_url) for board, platform, start, base_url in json.loads(given)]
    say(json.dumps(CRAWLS[name](boards)))


def measure(n_ads: int, n_rounds: int, seed: int) -> None:
    runs: dict[str, list[Run]] = {"bare": [], "ours": []}
    with served(n_ads, seed) as boards:
        for _ in range(n_rounds):
            for name, done in runs.items():
                done.append(in_a_process(name, boards))
        timed = in_a_process("timed", boards)
    say(f"{n_ads} ads over {len(PLATFORMS)} boards, {n_rounds} rounds, medians")
    for name, done in runs.items():
        speeds = sorted(run["ads_s"] for run in done)
        say(
            f"  {name}  {median(speeds):7.0f} ads/s (from {speeds[0]:.0f} to {speeds[-1]:.0f}), "
            f"start {median(run['start_s'] for run in done):.1f} s, all {median(run['all_s'] for run in done):.1f} s, "
            f"{median(run['cpu_us'] for run in done):.0f} µs of processor an ad, {done[0]['n_ads']} ads"
        )
    ratios = [ours["ads_s"] / bare["ads_s"] for bare, ours in zip(runs["bare"], runs["ours"], strict=True)]
    say(f"  ratio {median(ratios):.2f} (target {TARGET})")
    _tell_times(timed)


def _tell_times(run: Run) -> None:
    total = run["all_s"] - run["start_s"]
    say(f"where the time goes, in µs an ad of {total / run['n_ads'] * 1e6:.0f} (one more crawl, timed):")
    rest = total - sum(seconds for name, seconds in run["seconds"].items() if not name.startswith("("))
    for name, seconds in [*run["seconds"].items(), ("Scrapy, spiders, waiting", rest)]:
        say(f"  {name:28} {seconds / run['n_ads'] * 1e6:6.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ads", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--once", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once:
        once(*given.once)
    else:
        measure(given.ads, given.rounds, given.seed)


if __name__ == "__main__":
    main()
