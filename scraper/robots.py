"""robots.txt, obeyed also where Scrapy's own middleware lets a request slip."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from scraper.hosts import Host, HostGivenUp, hosts_of


class RobotsUnreachable(IgnoreRequest):
    """robots.txt could not be fetched, so nothing of the host may be (RFC 9309, 2.3.1.4)."""


class PoliteRobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware with four mends.

    Every waiter is checked: in Scrapy 2.14 to 2.19 only the first of several requests waiting for a new host's
    robots.txt gets the parser, the others get None and pass. An answer of 5xx, and no answer at all, disallow
    everything, as RFC 9309 asks; Scrapy takes both for "no rules". ``Crawl-delay`` is kept, and a host that asks for
    a longer one than ``longest_crawl_delay_s`` is not read. What one board has read of a host's rules holds for the
    other boards of the run.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._failing: dict[str, int] = {}
        self._given_up: dict[str, HostGivenUp] = {}
        self._hosts = hosts_of(crawler)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        host = self._hosts.of(request)
        if host.robots is not None:
            return host.robots
        await super().robot_parser(request)
        stored = self._parsers[host.name]
        assert not hasattr(stored, "callback"), "the parser is stored before its waiters wake"
        return stored

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        host = self._hosts.of(request)
        if host.name in self._given_up:
            raise self._given_up[host.name]
        _refuse_long_delay(host)
        try:
            self._check(rp, request, host.name)
        except IgnoreRequest:
            host.counts["robots_forbidden"] += 1
            raise
        host.counts["robots_allowed"] += 1

    def _check(self, rp: RobotParser | None, request: Request, netloc: str) -> None:
        if netloc in self._failing:
            raise RobotsUnreachable(f"{netloc}/robots.txt answers HTTP status {self._failing[netloc]}")
        if rp is None:
            raise RobotsUnreachable(f"{netloc}/robots.txt could not be fetched")
        super().process_request_2(rp, request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        host = self._hosts.named(netloc)
        host.robots_statuses[response.status] += 1
        if response.status >= 500:
            self._failing[netloc] = response.status
        await super()._parse_robots(response, netloc, request)
        parser = self._parsers[netloc]
        if isinstance(parser, RobotParser) and response.status < 500 and response.status != 429:
            host.robots = parser
            host.crawl_delay_s = parser.crawl_delay(self._robotstxt_useragent or self._default_useragent)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, HostGivenUp):
            self._given_up[netloc] = exc
        super()._robots_error(exc, netloc)


def _refuse_long_delay(host: Host) -> None:
    wanted, longest = host.crawl_delay_s or 0, host.manners.longest_crawl_delay_s
    if wanted > longest:
        host.counts["not_sent"] += 1
        reason = f"its robots.txt wants {wanted:g} s between two requests, more than {longest:g}"
        raise HostGivenUp(host.name, "throttled", reason)
