"""Notices of a spider that was started alone, by scrapyd or ``scrapy crawl``."""

from __future__ import annotations

import logging
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from health.settings import Notify, load_notify
from health.watch import tell_turns
from pipelines.host import now_of
from store import open_store

logger = logging.getLogger(__name__)


class TellTurnsExtension:
    """Scrapy extension: once the spider's run is in the store, tell whether its source has turned.

    The channels stand in the environment (``ROLECALL_NOTIFY_...``). ``rolecall crawl``, which sets ``ROLECALL_RUN_ID``,
    tells of all its sources together instead.
    """

    def __init__(self, crawler: Crawler, notify: Notify) -> None:
        self.crawler = crawler
        self.notify = notify

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if crawler.settings.get("ROLECALL_RUN_ID"):
            raise NotConfigured
        notify = load_notify()
        if not notify.channels:
            raise NotConfigured
        extension = cls(crawler, notify)
        crawler.signals.connect(extension.engine_stopped, signals.engine_stopped)
        return extension

    def engine_stopped(self) -> None:
        """The run's ledger has written its row when the spider closed, which comes before."""
        settings, spider = self.crawler.settings, self.crawler.spider
        store = open_store(settings["ROLECALL_STORE"])
        problems = tell_turns(store, [getattr(spider, "source", "")], self.notify, now_of(settings))
        store.close()
        for problem in problems:
            logger.error("not told: %s", problem)
