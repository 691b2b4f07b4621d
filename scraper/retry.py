"""Asking again: as late as the server wants, later each time where it does not say, and not for ever."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response

from scraper.hosts import HostGivenUp, hosts_of, pause


class PatientRetryMiddleware(RetryMiddleware):
    """Scrapy's middleware, waiting before a request is repeated.

    The wait is what ``Retry-After`` says, in seconds or as a date, else ``ROLECALL_RETRY_WAIT`` doubled with every try
    and varied by a half. A server that wants more than ``ROLECALL_RETRY_AFTER_MAX`` seconds is left alone for so long,
    by every board of the run; one that still refuses (429) after ``RETRY_TIMES`` is not asked for this board any more.
    The wait stands inside the download, so with ``CONCURRENT_REQUESTS = 1`` no other request of the board goes out
    meanwhile.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler.settings)
        self.crawler = crawler
        self.hosts = hosts_of(crawler)
        self.first_wait = crawler.settings.getfloat("ROLECALL_RETRY_WAIT")
        self.longest_wait = crawler.settings.getfloat("ROLECALL_RETRY_AFTER_MAX")
        self.refusing: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        host = self.hosts.of(request)
        if host.name in self.refusing:
            self.crawler.stats.inc_value("retry/host_given_up")
            host.counts["not_sent"] += 1
            raise HostGivenUp(host.name, "throttled", self.refusing[host.name])

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]  # Scrapy awaits either
        said = retry_after(response) if response.status in self.retry_http_codes else None
        host = self.hosts.of(request)
        if said is not None and said > self.longest_wait:
            self.crawler.stats.inc_value("retry_after/too_long")
            host.leave_alone("throttled", f"it wants {said:.0f} s to pass, more than {self.longest_wait:.0f}", said)
            return response
        answer = super().process_response(request, response)
        if isinstance(answer, Request):
            await self._wait(answer, said)
        elif response.status == 429:
            self.refusing[host.name] = f"it refused a request {self._n_tries(request)} times"
        return answer

    async def process_exception(self, request: Request, exception: Exception) -> Request | Response | None:  # type: ignore[override]  # Scrapy awaits either
        again = super().process_exception(request, exception)
        if isinstance(again, Request):
            await self._wait(again, None)
        return again

    def _wait(self, again: Request, said: float | None) -> Awaitable[None]:
        """Let pass what the server said, or the next longer wait where it said nothing, or nothing to come."""
        stats = self.crawler.stats
        if said:
            host = self.hosts.of(again)
            host.counts += Counter(retry_after=1, retry_after_s=round(said))
            stats.inc_value("retry_after/honoured")
            stats.inc_value("retry_after/seconds", round(said))
        seconds = said or self.first_wait * 2 ** (again.meta["retry_times"] - 1) * random.uniform(0.5, 1.5)  # noqa: S311
        stats.inc_value("retry/waited_ms", round(seconds * 1000))
        return pause(seconds, lambda: bool(self.crawler.crawling))

    @staticmethod
    def _n_tries(request: Request) -> int:
        return int(request.meta.get("retry_times", 0)) + 1


def retry_after(response: Response, now: datetime | None = None) -> float | None:
    """Seconds that the server wants to pass; 0 for a date gone by, None where it does not say or not in earnest."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - (now or datetime.now(UTC))).total_seconds())
