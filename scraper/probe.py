"""Ask every board once whether it still answers: its first request with its real spider, and nothing is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.statscollectors import StatsCollector

from scraper.crawl import crawl_sources
from scraper.items import LISTED_TITLE
from scraper.platforms.board import BoardSpider
from scraper.sources import FILE_PLATFORMS, Source

GOOD = ("valid", "answers", "empty")

ADVICE = {
    "gone": "the board has moved or closed: rolecall sources find CAREER_PAGE may show where it is now",
    "blocked": "the site does not want to be read; leave the source out, or ask the site",
    "throttled": "check again later; a longer delay_s may help",
    "network": "check again later",
    "changed-format": "see in a browser whether the board has moved; else the spider needs mending",
    "key-missing": "docs/sources.md names the keys of each platform",
}
"""State of a board that cannot be crawled now -> what to do. The other states are ``GOOD``."""

MAX_POINTERS = 3
"""Answers that only point at another page are followed so often."""

_ADS, _ADDRESSES, _PAGES = "probe/ads", "probe/addresses", "probe/pages"
_AD_CALLBACKS = ("parse_ad", "parse_detail")

SETTINGS: dict[str, Any] = {
    "ITEM_PIPELINES": {},
    "EXTENSIONS": {},
    "HTTPCACHE_ENABLED": False,
    "SPIDER_MIDDLEWARES": {"scraper.probe.FirstAnswerMiddleware": 950},
    "RETRY_ENABLED": False,
}
"""Over the project's settings; robots.txt, the address guard, delays and limits stay as they are."""


@dataclass(frozen=True)
class Probe:
    """What came of asking one board."""

    source: str
    platform: str
    state: str
    """One of ``GOOD`` or of ``ADVICE``."""

    listed: str = ""
    """Ads and addresses of ads on the board's first page, in words."""

    detail: str = ""
    """What was said in place of ads, or beside them."""


class FirstAnswerMiddleware:
    """Spider middleware: lets ads through, counts the requests that follow the first answer, and drops them.

    An answer that lists nothing and only points at another page of the board is followed: a sitemap of sitemaps, a
    host that sends its visitors to another one, a server that says "again".
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.stats: StatsCollector = crawler.stats
        self.n_followed = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        pages = []
        async for each in result:
            if not isinstance(each, Request):
                self.stats.inc_value(_ADS)
                yield each
            elif LISTED_TITLE in each.meta or getattr(each.callback, "__name__", "") in _AD_CALLBACKS:
                self.stats.inc_value(_ADDRESSES)
            else:
                pages.append(each)
        if pages and self._says_nothing() and self.n_followed < MAX_POINTERS:
            self.n_followed += 1
            yield pages[0]
        else:
            self.stats.inc_value(_PAGES, len(pages))

    def _says_nothing(self) -> bool:
        """Whether there was neither an ad nor an address of one nor a failure."""
        assert isinstance(self.crawler.spider, BoardSpider)
        counted = self.stats.get_value(_ADS, 0) + self.stats.get_value(_ADDRESSES, 0)
        return not counted and not self.crawler.spider.failures


def probe_sources(sources: list[Source], overrides: dict[str, Any], told: Callable[[str], None]) -> list[Probe]:
    """One probe a source, in their order; boards that share a host take turns. To be called once in a process.

    told: called with the name of each source that has been asked.
    """
    probes = {source.name: probe_file(source) for source in sources if source.platform in FILE_PLATFORMS}
    crawlers: dict[str, Crawler] = {}
    broken: dict[str, str] = {}

    def watch(name: str, event: str) -> None:
        if event.startswith("failed: "):
            broken[name] = event.removeprefix("failed: ")

    def ended(name: str, crawler: Crawler) -> None:
        crawlers[name] = crawler
        told(name)

    if asked := [source for source in sources if source.name not in probes]:
        crawl_sources(asked, {**SETTINGS, **overrides}, watch, ended)
    for source in asked:
        probes[source.name] = _probe_of(source, crawlers.get(source.name), broken.get(source.name))
    return [probes[source.name] for source in sources]


def probe_file(source: Source) -> Probe:
    """Whether the file of a ``files`` or ``warc`` source is there; any other source is valid, and not asked."""
    if source.platform not in FILE_PLATFORMS:
        return Probe(source.name, source.platform, "valid", detail="not asked")
    path = Path(source.url or "")
    if not path.is_file():
        return Probe(source.name, source.platform, "gone", detail=f"{path}: no such file")
    return Probe(source.name, source.platform, "valid", detail=f"file of {path.stat().st_size:,} bytes")


def _probe_of(source: Source, crawler: Crawler | None, broken: str | None) -> Probe:
    spider = crawler.spider if crawler else None
    if crawler is None or (spider is None and not broken):
        return Probe(source.name, source.platform, "network", detail="not asked: interrupted")
    if broken or not isinstance(spider, BoardSpider):
        return Probe(source.name, source.platform, "changed-format", detail=f"{broken}; please report it")
    state, detail = _state_of(spider, crawler.stats)
    return Probe(source.name, source.platform, state, _listed(crawler.stats), detail)


def _state_of(spider: BoardSpider, stats: StatsCollector) -> tuple[str, str]:
    """(state, detail) of a crawl that was let end by itself, or was interrupted."""
    is_listed = bool(_listed(stats))
    if stats.get_value("finish_reason") != "finished" and not is_listed:
        return "network", f"interrupted: {stats.get_value('finish_reason')}"
    if spider.failures:
        kind, address, reason = spider.failures[0]
        kind = "changed-format" if kind == "partial" else kind
        return ("answers", f"but {kind}: {reason}") if is_listed else (kind, f"{address}: {reason}")
    if stats.get_value("spider_exceptions/count") and not is_listed:
        return "changed-format", "the spider broke off, see the log; please report it"
    return ("answers", "") if is_listed else ("empty", "no ad on the board")


def _listed(stats: StatsCollector) -> str:
    """``12 ads``, ``20 addresses, more pages``; empty where nothing was listed."""
    n_ads, n_addresses = stats.get_value(_ADS, 0), stats.get_value(_ADDRESSES, 0)
    counts = [_counted(n_ads, "ad", "ads"), _counted(n_addresses, "address", "addresses")]
    more = "more pages" if stats.get_value(_PAGES) and (n_ads or n_addresses) else ""
    return ", ".join(filter(None, [*counts, more]))


def _counted(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}" if n else ""
