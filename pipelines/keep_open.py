"""Closed ads are not kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Self

from scrapy.exceptions import NotConfigured

from pipelines.host import Host, Rejected
from scraper.items import Posting

CLOSED = "closed before the crawl"
"""Reason for which an ad is rejected that its board still lists, after its closing date."""


class KeepOpenPipeline:
    """Reject ads whose closing date has passed, and ads that say nothing at all.

    ``KEEP_OPEN_ENABLED = False`` switches it off (``rolecall tag`` keeps every row).
    """

    @classmethod
    def from_crawler(cls, crawler: Host) -> Self:
        if not crawler.settings.getbool("KEEP_OPEN_ENABLED", True):
            raise NotConfigured("KEEP_OPEN_ENABLED is false")
        return cls()

    def process_item(self, item: Posting) -> Posting:
        if not item.title and not item.text:
            raise Rejected("neither title nor text")
        today = item.fetched_on or datetime.now(UTC).date().isoformat()
        if item.valid_through and item.valid_through < today:
            raise Rejected(CLOSED)
        return item
