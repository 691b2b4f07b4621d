"""The last pipeline: postings go into the store as they arrive."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Self

from pipelines.host import Host
from scraper.items import Posting
from store import Writer, open_store


class StorePostingsPipeline:
    """Save postings in the store named by ``ROLECALL_STORE``, ``STORE_POSTINGS_BATCH`` (50) at a time.

    Sets ``first_seen`` and ``last_seen``. What is waiting is written when the spider closes.
    """

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.seen_at = datetime.now(UTC).isoformat(timespec="seconds")

    @classmethod
    def from_crawler(cls, crawler: Host) -> Self:
        store = open_store(crawler.settings["ROLECALL_STORE"])
        return cls(Writer(store, crawler.settings.getint("STORE_POSTINGS_BATCH", 50)))

    def process_item(self, item: Posting) -> Posting:
        item.first_seen = item.last_seen = self.seen_at
        self.writer.add(item)
        return item

    def close_spider(self) -> None:
        self.writer.flush()
        self.writer.store.close()
