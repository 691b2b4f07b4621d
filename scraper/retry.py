"""Asking again: as late as the server wants, later each time where it does not say, and not for ever."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic

from scrapy import Request
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.utils.httpobj import urlparse_cached

MAX_LOST = 5
"""A host that left this many requests in a row without an answer, each asked again as often as allowed, is down."""


class HostGivenUp(IgnoreRequest):
    """The host is not asked any more in this crawl; ``kind`` is the failure's class."""

    def __init__(self, host: str, kind: str, reason: str) -> None:
        super().__init__(f"{host} is not asked any more: {reason}")
        self.kind = kind


class PatientRetryMiddleware(RetryMiddleware):
    """Scrapy's middleware, waiting before a request is repeated.

    The wait is what ``Retry-After`` says, in seconds or as a date, else ``ROLECALL_RETRY_WAIT`` doubled with every try
    and varied by a half. A server that wants more than ``ROLECALL_RETRY_AFTER_MAX`` seconds, or still refuses (429)
    after ``RETRY_TIMES``, is given up with all its other requests, and so is one that has gone silent. The wait stands
    inside the download, so with ``CONCURRENT_REQUESTS = 1`` no other request of the board goes out meanwhile.
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self.first_wait = settings.getfloat("ROLECALL_RETRY_WAIT")
        self.longest_wait = settings.getfloat("ROLECALL_RETRY_AFTER_MAX")
        self.given_up: dict[str, tuple[str, str]] = {}
        self.n_lost: Counter[str] = Counter()

    def process_request(self, request: Request) -> None:
        host = _host(request)
        if host in self.given_up:
            self.crawler.stats.inc_value("retry/host_given_up")
            raise HostGivenUp(host, *self.given_up[host])

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]  # Scrapy awaits either
        said = retry_after(response) if response.status in self.retry_http_codes else None
        if said is not None and said > self.longest_wait:
            self.crawler.stats.inc_value("retry_after/too_long")
            self._give_up(request, "throttled", f"it wants {said:.0f} s to pass, more than {self.longest_wait:.0f}")
            return response
        answer = super().process_response(request, response)
        if isinstance(answer, Request):
            await self._wait(answer, said)
        elif response.status == 429:
            self._give_up(request, "throttled", f"it refused a request {self._n_tries(request)} times")
        elif response.status in self.retry_http_codes:
            self._count_lost(request)
        else:
            self.n_lost[_host(request)] = 0
        return answer

    async def process_exception(self, request: Request, exception: Exception) -> Request | Response | None:  # type: ignore[override]  # Scrapy awaits either
        again = super().process_exception(request, exception)
        if isinstance(again, Request):
            await self._wait(again, None)
        elif isinstance(exception, self.exceptions_to_retry):
            self._count_lost(request)
        return again

    def _wait(self, again: Request, said: float | None) -> Awaitable[None]:
        """Let pass what the server said, or the next longer wait where it said nothing, or nothing to come."""
        stats = self.crawler.stats
        if said:
            stats.inc_value("retry_after/honoured")
            stats.inc_value("retry_after/seconds", round(said))
        seconds = said or self.first_wait * 2 ** (again.meta["retry_times"] - 1) * random.uniform(0.5, 1.5)  # noqa: S311
        stats.inc_value("retry/waited_ms", round(seconds * 1000))
        return self._sleep(seconds)

    async def _sleep(self, seconds: float) -> None:
        """In short pieces: a crawl that is being stopped does not wait for its end."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0 and self.crawler.crawling:
            await asyncio.sleep(min(left, 1))

    def _count_lost(self, request: Request) -> None:
        host = _host(request)
        self.n_lost[host] += 1
        if self.n_lost[host] == MAX_LOST:
            self._give_up(request, "network", f"{MAX_LOST} requests in a row had no answer")

    def _give_up(self, request: Request, kind: str, reason: str) -> None:
        self.given_up.setdefault(_host(request), (kind, reason))

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


def _host(request: Request) -> str:
    return urlparse_cached(request).netloc
