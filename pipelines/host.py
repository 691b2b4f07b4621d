"""What a pipeline needs of whoever runs it: the part of Scrapy's Crawler that pipelines read."""

from __future__ import annotations

from typing import Any, Protocol

from scrapy.exceptions import DropItem
from scrapy.settings import BaseSettings


class Stats(Protocol):
    """Where components count."""

    def inc_value(self, key: str, count: int = 1, start: int = 0) -> None: ...

    def get_stats(self) -> dict[str, Any]: ...


class Host(Protocol):
    """A Scrapy Crawler, or the chain that runs the pipelines without a crawl."""

    settings: BaseSettings
    stats: Any  # Stats; Scrapy's Crawler declares it as a late attribute that no protocol matches


class Rejected(DropItem):
    """An ad that is not kept, with the reason under which it is counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
