"""Closed ads are not kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Self

from scrapy.exceptions import NotConfigured

from pipelines.host import Host, today_of
from pipelines.rejected import Rejected
from scraper.items import Posting

CLOSED = "closed before the crawl"
"""Reason for which an ad is rejected that its board still lists, after its closing date."""


class KeepOpenPipeline:
    """Reject ads whose closing date has passed, and ads that say nothing at all.

    ``KEEP_OPEN_ENABLED = False`` switches it off (``rolecall tag`` keeps every row). ``ROLECALL_NOW`` says which day it
    is where a posting does not say when it was fetched.
    """

    def __init__(self, today: Callable[[], date]) -> None:
        self.today = today

    @classmethod
    def from_crawler(cls, crawler: Host) -> Self:
        if not crawler.settings.getbool("KEEP_OPEN_ENABLED", True):
            raise NotConfigured("KEEP_OPEN_ENABLED is false")
        return cls(partial(today_of, crawler.settings))

    def process_item(self, item: Posting) -> Posting:
        if not item.title and not item.text:
            raise Rejected("neither title nor text")
        today = item.fetched_on or self.today().isoformat()
        if item.valid_through and item.valid_through < today:
            raise Rejected(CLOSED)
        return item
