"""robots.txt, obeyed also where Scrapy's own middleware lets a request slip."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached


class RobotsUnreachable(IgnoreRequest):
    """robots.txt could not be fetched, so nothing of the host may be (RFC 9309, 2.3.1.4)."""


class PoliteRobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware with three mends.

    Every waiter is checked: in Scrapy 2.14 to 2.19 only the first of several requests waiting for a new host's
    robots.txt gets the parser, the others get None and pass. An answer of 5xx, and no answer at all, disallow
    everything, as RFC 9309 asks; Scrapy takes both for "no rules".
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._failing: dict[str, int] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        await super().robot_parser(request)
        stored = self._parsers[urlparse_cached(request).netloc]
        assert not hasattr(stored, "callback"), "the parser is stored before its waiters wake"
        return stored

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        netloc = urlparse_cached(request).netloc
        if netloc in self._failing:
            raise RobotsUnreachable(f"{netloc}/robots.txt answers HTTP status {self._failing[netloc]}")
        if rp is None:
            raise RobotsUnreachable(f"{netloc}/robots.txt could not be fetched")
        super().process_request_2(rp, request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self._failing[netloc] = response.status
        await super()._parse_robots(response, netloc, request)
