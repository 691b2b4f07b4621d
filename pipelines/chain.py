"""The item pipelines without a crawl: the same classes, settings and order, driven by a loop or by a pool of processes.

``rolecall tag`` uses it. A row in is a row out: the pipelines that reject ads are switched off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from typing import Any

from scrapy.exceptions import NotConfigured
from scrapy.settings import Settings
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import load_object

from scraper.items import Posting

CHUNK = 64
"""Postings read at once, and handed to a process at once."""

KEEP_EVERY_ROW = {"KEEP_OPEN_ENABLED": False, "KEEP_LEGAL_ENABLED": False}
STORING = "pipelines.store_postings.StorePostingsPipeline"


@dataclass
class CountedStats:
    """Counts what components count; the part of Scrapy's stats collector that pipelines use."""

    counts: Counter[str] = field(default_factory=Counter)

    def inc_value(self, key: str, count: int = 1, start: int = 0) -> None:
        self.counts[key] += count

    def get_stats(self) -> dict[str, Any]:
        return dict(self.counts)


@dataclass
class OutsideCrawl:
    """Stands for the Crawler where there is none: settings and stats."""

    settings: Settings
    stats: CountedStats = field(default_factory=CountedStats)


class Chain:
    """The pipelines of ``scraper.settings`` in their order, without the storing one."""

    def __init__(self, overrides: dict[str, Any] | None = None) -> None:
        settings = Settings()
        settings.setmodule("scraper.settings")
        settings.update({**KEEP_EVERY_ROW, **(overrides or {})})
        self.host = OutsideCrawl(settings)
        paths = build_component_list(settings.getwithbase("ITEM_PIPELINES"))
        self.pipelines = [made for path in paths if path != STORING and (made := self._made(load_object(path)))]

    def _made(self, pipeline: Any) -> Any:
        try:
            return pipeline.from_crawler(self.host) if hasattr(pipeline, "from_crawler") else pipeline()
        except NotConfigured:
            return None

    def process(self, postings: list[Posting]) -> list[Posting]:
        """Run postings through every pipeline, at once through those that can (``process_items``)."""
        for pipeline in self.pipelines:
            if hasattr(pipeline, "process_items"):
                postings = pipeline.process_items(postings)
            else:
                postings = [pipeline.process_item(posting) for posting in postings]
        return postings


_chain: Chain | None = None


def _process_chunk(postings: list[Posting]) -> list[Posting]:
    """In a worker process: the chain is built once, at the first chunk."""
    global _chain
    _chain = _chain or Chain()
    return _chain.process(postings)


def process_all(postings: Iterable[Posting], n_jobs: int = 1) -> Iterator[Posting]:
    """Postings through the chain, in their order, in this process or in ``n_jobs`` others.

    At most two chunks a process are under way, so that memory does not grow with the number of postings.
    """
    waiting = iter(postings)
    if n_jobs == 1:
        chain = Chain()
        while chunk := list(islice(waiting, CHUNK)):
            yield from chain.process(chunk)
        return
    with ProcessPoolExecutor(n_jobs, mp_context=get_context("spawn")) as pool:
        under_way: list[Future[list[Posting]]] = []
        while chunk := list(islice(waiting, CHUNK)):
            under_way.append(pool.submit(_process_chunk, chunk))
            if len(under_way) >= 2 * n_jobs:
                yield from under_way.pop(0).result()
        for future in under_way:
            yield from future.result()
