"""The item pipelines without a crawl: the same classes, settings and order, driven by a loop.

``rolecall tag`` uses it. A row in is a row out: the pipelines that reject ads are switched off.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from scrapy.exceptions import NotConfigured
from scrapy.settings import Settings
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import load_object

from scraper.items import Posting

BATCH = 64
"""Postings tagged at once: fewer take longer each, more no shorter."""

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
