"""The ledger of a crawl: how each source's run went and why ads were rejected, in the store's ``runs``."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from pipelines.host import now_of
from pipelines.keep_open import CLOSED
from pipelines.lifecycle import Rules, end_run
from pipelines.rejected import Rejected
from pipelines.skip_details import SKIPPED
from pipelines.store_postings import NOT_STORED, NOT_STORED_BECAUSE
from scraper.items import GIVEN_BACK, STOPPED_BY, Posting
from store import StoreError, open_store

WATCHED = ("title", "url", "company", "text", "location_raw", "posted_on", "salary_text", "duties")
"""Fields of a posting of which a run says how many kept ads fill them."""

logger = logging.getLogger(__name__)


class RunLedger:
    """Scrapy extension: one row a run and source. The run's id is ``ROLECALL_RUN_ID``, or the moment it started.

    Outcome: ``ok``; ``empty`` (the board answered, without ads); ``partial`` (ads came, something failed); else the
    class of the first failure: ``gone blocked throttled changed-format network``. A board that answered wholly but
    has lost more ads than is likely is ``suspect`` (``pipelines.lifecycle``).
    """

    def __init__(self, settings: BaseSettings, stats: Any) -> None:
        self.stats = stats
        self.settings = settings
        self.started_at = self._now()
        self.run_id = settings.get("ROLECALL_RUN_ID") or self.started_at
        self.shown: set[str] = set()
        self.n_kept = 0
        self.n_failed = 0
        self.reasons: Counter[str] = Counter()
        self.filled = dict.fromkeys(WATCHED, 0)
        self.errors: list[tuple[str, str, str]] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        ledger = cls(crawler.settings, crawler.stats)
        crawler.signals.connect(ledger.item_scraped, signals.item_scraped)
        crawler.signals.connect(ledger.item_dropped, signals.item_dropped)
        crawler.signals.connect(ledger.item_error, signals.item_error)
        crawler.signals.connect(ledger.spider_error, signals.spider_error)
        crawler.signals.connect(ledger.spider_closed, signals.spider_closed)
        return ledger

    def item_scraped(self, item: Posting) -> None:
        self.n_kept += 1
        self.shown.add(item.posting_id)
        for name in WATCHED:
            self.filled[name] += bool(getattr(item, name))

    def item_dropped(self, item: Posting, exception: Rejected) -> None:
        self.reasons[exception.reason] += 1
        if exception.reason != CLOSED:
            self.shown.add(item.posting_id)

    def item_error(self, item: Posting, failure: Failure) -> None:
        self.n_failed += 1
        self.errors.append(("partial", item.url or item.posting_id, f"{type(failure.value).__name__}: {failure.value}"))

    def spider_error(self, failure: Failure, response: Response) -> None:
        self.errors.append(("changed-format", response.url, f"{type(failure.value).__name__}: {failure.value}"))

    def spider_closed(self, spider: Spider, reason: str) -> None:
        if self.stats.get_value(GIVEN_BACK):
            return
        for key, n in self.stats.get_stats().items():
            if key.startswith(SKIPPED):
                self.reasons[key.removeprefix(SKIPPED)] += n
        failures = [*getattr(spider, "failures", []), *self.errors, *self._not_stored()]
        if reason != "finished":
            failures.insert(0, ("partial", spider.name, f"stopped: {self.stats.get_value(STOPPED_BY) or reason}"))
        run = {
            "run_id": self.run_id,
            "source": getattr(spider, "source", spider.name),
            "platform": spider.name,
            "started_at": self.started_at,
            "finished_at": self._now(),
            "outcome": self.outcome(failures),
            "detail": _detail(failures),
            "n_found": self.n_kept + self.reasons.total() + self.n_failed,
            "n_kept": self.n_kept,
            "n_errors": len(failures),
        }
        try:
            store = open_store(self.settings["ROLECALL_STORE"])
            n_closed = end_run(store, run, dict(self.reasons), self.shown, Rules.of(self.settings), self.filled)
            store.close()
        except StoreError as error:  # whoever started the crawl misses the row, and says so
            logger.error("%s", error)
        else:
            self.stats.set_value("ads/closed", n_closed)

    def _not_stored(self) -> list[tuple[str, str, str]]:
        """The failure that kept ads out of the store, if there was one; they count as not kept."""
        n_lost = self.stats.get_value(NOT_STORED, 0)
        self.n_kept -= n_lost
        self.n_failed += n_lost
        return [("partial", "store", self.stats.get_value(NOT_STORED_BECAUSE))] if n_lost else []

    def _now(self) -> str:
        return now_of(self.settings).isoformat(timespec="microseconds")

    def outcome(self, failures: list[tuple[str, str, str]]) -> str:
        """The run in one word."""
        found = bool(self.n_kept or self.reasons)
        if failures:
            return "partial" if found else failures[0][0]
        return "ok" if found else "empty"


def _detail(failures: list[tuple[str, str, str]]) -> str | None:
    if not failures:
        return None
    kind, url, reason = failures[0]
    more = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
    return f"{kind}: {url}: {reason}{more}"
