"""The last pipeline: postings go into the store as they arrive."""

from __future__ import annotations

import logging
from typing import Any, Self

from pipelines.host import Host, now_of
from scraper.items import Posting
from store import StoreError, Writer, open_store

NEW, CHANGED, REOPENED = "ads/new", "ads/changed", "ads/reopened"
NOT_STORED, NOT_STORED_BECAUSE = "ads/not_stored", "ads/not_stored_because"
"""Stats that say what came of the ads, for the ledger and the manifest of the run."""

logger = logging.getLogger(__name__)


class StorePostingsPipeline:
    """Save postings in the store named by ``ROLECALL_STORE``, ``STORE_POSTINGS_BATCH`` (50) at a time.

    Sets ``first_seen`` and ``last_seen`` where the spider has not. What is waiting is written when the spider closes.
    A batch that the store refuses is counted as not stored, and the run's ledger says so.
    """

    def __init__(self, writer: Writer, stats: Any, seen_at: str) -> None:
        self.writer = writer
        self.stats = stats
        self.seen_at = seen_at

    @classmethod
    def from_crawler(cls, crawler: Host) -> Self:
        store = open_store(crawler.settings["ROLECALL_STORE"])
        writer = Writer(store, crawler.settings.getint("STORE_POSTINGS_BATCH", 50))
        return cls(writer, crawler.stats, now_of(crawler.settings).isoformat(timespec="seconds"))

    def process_item(self, item: Posting) -> Posting:
        item.first_seen = item.first_seen or self.seen_at  # an archive's page was seen when the archive fetched it
        item.last_seen = item.last_seen or self.seen_at
        try:
            self.writer.add(item)
        except StoreError as error:
            self._note_loss(error)
        return item

    def close_spider(self) -> None:
        try:
            self.writer.flush()
        except StoreError as error:
            self._note_loss(error)
        self.writer.store.close()
        saved = self.writer.saved
        for key, n in ((NEW, saved.n_new), (CHANGED, saved.n_changed), (REOPENED, saved.n_reopened)):
            self.stats.set_value(key, n)

    def _note_loss(self, error: StoreError) -> None:
        logger.error("%s", error)
        self.stats.set_value(NOT_STORED, self.writer.n_lost)
        self.stats.set_value(NOT_STORED_BECAUSE, str(error))
