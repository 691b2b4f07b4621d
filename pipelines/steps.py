"""The item pipelines driven by a loop, without Scrapy: a check takes milliseconds and need not wait for it to load.

The same classes in the same order as in a crawl, but for those that reject, store or look for copies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any

from scraper.items import Posting

LEFT_OUT = frozenset(
    {
        "pipelines.keep_open.KeepOpenPipeline",
        "pipelines.keep_legal.KeepLegalPipeline",
        "pipelines.group_duplicates.GroupDuplicatesPipeline",
        "pipelines.store_postings.StorePostingsPipeline",
    }
)


@dataclass(frozen=True)
class PlainSettings:
    """A module of settings, read as pipelines read Scrapy's."""

    module: ModuleType

    def get(self, name: str, default: Any = None) -> Any:
        return getattr(self.module, name, default)


class NoStats:
    """Counts nothing: nobody asks."""

    def inc_value(self, key: str, count: int = 1, start: int = 0) -> None: ...

    def get_stats(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class Alone:
    """Stands for the Crawler where there is none."""

    settings: PlainSettings
    stats: NoStats = field(default_factory=NoStats)


class Steps:
    """The pipelines of ``scraper.settings`` in their order, without those of ``LEFT_OUT``."""

    def __init__(self) -> None:
        settings = PlainSettings(import_module("scraper.settings"))
        numbers: dict[str, int] = settings.get("ITEM_PIPELINES")
        paths = [path for path in sorted(numbers, key=lambda path: numbers[path]) if path not in LEFT_OUT]
        self.pipelines = [_made(path, Alone(settings)) for path in paths]

    def process(self, postings: Sequence[Posting]) -> Sequence[Posting]:
        """Run postings through every pipeline, at once through those that can (``process_items``)."""
        for pipeline in self.pipelines:
            if hasattr(pipeline, "process_items"):
                postings = pipeline.process_items(postings)
            else:
                postings = [pipeline.process_item(posting) for posting in postings]
        return postings


def _made(path: str, host: Alone) -> Any:
    module, _, name = path.rpartition(".")
    pipeline: Any = getattr(import_module(module), name)
    return pipeline.from_crawler(host) if hasattr(pipeline, "from_crawler") else pipeline()
