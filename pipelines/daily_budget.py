"""How many requests a host may be sent in a day, counted over all runs that share a store."""

from __future__ import annotations

import logging
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from pipelines.host import now_of
from scraper.door import LEAVING
from scraper.hosts import Host
from store import StoreError, count_request, open_store

logger = logging.getLogger(__name__)


class DailyBudget:
    """Scrapy extension: counts every request before it leaves, in the store, so that a killed run is counted too.

    A host whose ``requests_a_day`` (``scraper/data/politeness.toml``) are used up is told so; days are those of UTC.
    """

    def __init__(self, settings: BaseSettings) -> None:
        self.settings = settings
        self.store = open_store(settings["ROLECALL_STORE"])

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        budget = cls(crawler.settings)
        crawler.signals.connect(budget.leaving, LEAVING)
        crawler.signals.connect(budget.spider_closed, signals.spider_closed)
        return budget

    def leaving(self, host: Host) -> None:
        """A request is about to be sent."""
        day = now_of(self.settings).date().isoformat()
        try:
            n_requests = count_request(self.store, host.name, day, host.manners.requests_a_day)
        except StoreError as error:  # the ads will not be stored either, and the ledger says so
            logger.debug("%s", error)
            return
        host.is_spent = n_requests is None
        host.n_today = host.manners.requests_a_day if n_requests is None else n_requests

    def spider_closed(self) -> None:
        self.store.close()
