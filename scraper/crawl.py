"""Crawl many sources in one process: hosts side by side, the boards of one host one after another.

Boards that share a host (every Greenhouse board does) would otherwise each keep their own delay and together keep none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from scraper.hosts import Hosts, share_hosts
from scraper.items import STOPPED_BY, Posting
from scraper.log import prepare_log
from scraper.politeness import politeness
from scraper.sources import Source
from scraper.spiders import spider_class

Watch = Callable[[str, str], None]
"""Told (source name, event): ``started``, ``found``, ``finished``, ``failed: reason`` or ``not started: reason``."""

Ended = Callable[[str, Crawler], None]
"""Told (source name, crawler) once the crawl of a source has ended, in whatever way."""

MAX_HOSTS = 16
"""Hosts crawled at the same time."""

TIME_LIMIT = "the time limit was reached"


def project_settings(overrides: dict[str, Any]) -> Settings:
    """The project's Scrapy settings with the overrides of the command line."""
    settings = Settings()
    settings.setmodule("scraper.settings", priority="project")
    settings.update(overrides, priority="cmdline")
    return settings


def settings_of(source: Source) -> dict[str, Any]:
    """Settings that hold for the crawl of this source alone."""
    delay = {} if source.delay_s is None else {"DOWNLOAD_DELAY": source.delay_s}
    gap = {} if source.interval is None else {"ROLECALL_MISS_GAP_H": source.interval / timedelta(hours=2)}
    return delay | gap


def new_run_id(settings: Settings) -> str:
    """The id of a run that begins now."""
    now = settings.get("ROLECALL_NOW")
    return (datetime.fromisoformat(now) if now else datetime.now(UTC)).isoformat(timespec="microseconds")


def by_host(sources: list[Source]) -> dict[str, list[Source]]:
    """The sources by the host and port that their requests go to, in their order."""
    found: dict[str, list[Source]] = {}
    for source in sources:
        spider = spider_class(source.platform)(**source.spider_arguments())
        found.setdefault(spider.host, []).append(source)
    return found


def crawl_sources(
    sources: list[Source],
    overrides: dict[str, Any],
    watch: Watch,
    ended: Ended = lambda name, crawler: None,
    max_s: float | None = None,
) -> str:
    """Crawl the sources; returns the run's id, under which the store's ``runs`` say how each source went.

    Blocks until all are done; one interrupt stops politely, keeping what was read, and so do ``max_s`` seconds, but for
    the answers that are under way. To be called once in a process: Twisted's reactor does not start twice.
    """
    settings = project_settings(overrides)
    run_id = new_run_id(settings)
    settings.set("ROLECALL_RUN_ID", run_id, priority="cmdline")
    prepare_log(settings)
    process = AsyncCrawlerProcess(settings)
    crawl = _Crawl(process, watch, ended)
    loop = asyncio.get_event_loop()
    task = loop.create_task(crawl.run(sources))
    if max_s is not None:
        loop.call_later(max_s, crawl.stop_in_time)
    process.start(stop_after_crawl=False)
    del task  # held until here: the loop itself keeps no task alive
    return run_id


class SourceCrawls:
    """Crawls of sources inside the running event loop, which share the process and what it knows of hosts."""

    def __init__(self, process: AsyncCrawlerProcess, watch: Watch, ended: Ended) -> None:
        self.process = process
        self.watch = watch
        self.ended = ended
        self.hosts = Hosts(politeness())
        self.is_stopped = False
        self.stopping: set[asyncio.Task[None]] = set()

    def crawler_of(self, source: Source) -> Crawler:
        """The crawler of one source, not yet under way."""
        crawler = self.process.create_crawler(source.platform)
        crawler.settings.update(settings_of(source), priority="cmdline")
        share_hosts(crawler, self.hosts)
        self.follow(crawler, source.name)
        return crawler

    async def crawl_with(self, crawler: Crawler, source: Source) -> None:
        """Crawl the source to its end, whatever that is."""
        self.watch(source.name, "started")
        try:
            await self.process.crawl(crawler, **source.spider_arguments())
        except Exception as error:  # whatever goes wrong with one source must not touch the others
            self.watch(source.name, f"failed: {type(error).__name__}: {error}")
            return
        finally:
            self.ended(source.name, crawler)
        self.is_stopped |= crawler.stats.get_value("finish_reason") == "shutdown"
        self.watch(source.name, "finished")

    def follow(self, crawler: Crawler, name: str) -> None:
        """Have the watch told of every ad that comes in."""

        def found(item: Posting) -> None:
            self.watch(name, "found")

        crawler.signals.connect(found, signals.item_scraped, weak=False)
        crawler.signals.connect(found, signals.item_dropped, weak=False)


class _Crawl(SourceCrawls):
    """The crawl of all sources in this one process."""

    def __init__(self, process: AsyncCrawlerProcess, watch: Watch, ended: Ended) -> None:
        super().__init__(process, watch, ended)
        self.free_hosts = asyncio.Semaphore(MAX_HOSTS)
        self.is_out_of_time = False

    async def run(self, sources: list[Source]) -> None:
        try:
            await asyncio.gather(*(self.crawl_host(of_host) for of_host in by_host(sources).values()))
        finally:
            from twisted.internet import reactor  # installed by the process, so not before

            if not self.is_stopped or self.is_out_of_time:  # an interrupt has stopped it
                reactor.stop()  # type: ignore[misc]  # declared as a bare callable

    def stop_in_time(self) -> None:
        """Stop every crawl, and look again in a second for those that were about to start."""
        self.is_stopped = self.is_out_of_time = True
        for crawler in self.process.crawlers:
            if crawler.engine and crawler.engine.running:
                crawler.stats.set_value(STOPPED_BY, TIME_LIMIT)
                self.stopping.add(asyncio.ensure_future(crawler.stop_async()))
        asyncio.get_event_loop().call_later(1, self.stop_in_time)

    async def crawl_host(self, sources: list[Source]) -> None:
        async with self.free_hosts:
            for source in sources:
                if not self.is_stopped:
                    await self.crawl_with(self.crawler_of(source), source)
                elif self.is_out_of_time:
                    self.watch(source.name, f"not started: {TIME_LIMIT}")
