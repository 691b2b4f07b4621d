"""The hosts of one run: what each was asked and when, shared by all boards that are read from it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf, isfinite
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from pybreaker import STATE_OPEN, CircuitBreaker
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest, StopDownload
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from scraper.politeness import Manners, Politeness, politeness

ANSWERED = (DownloadCancelledError, StopDownload, IgnoreRequest)
"""Errors that are no sign of a host in trouble: it answered, or was not asked."""


class HostGivenUp(IgnoreRequest):
    """The host is not asked any more in this crawl; ``kind`` is the failure's class."""

    def __init__(self, host: str, kind: str, reason: str) -> None:
        super().__init__(f"{host} is not asked any more: {reason}")
        self.kind = kind


@dataclass
class Host:
    """One host: how it is to be treated, and what has passed between it and us in this run."""

    name: str
    manners: Manners
    own_delay_s: float = 0.0
    """What the file of politeness has for this host alone; no source asks it faster."""

    breaker: CircuitBreaker = field(init=False)
    """Open while the host is left alone; every request of every board goes through it."""

    trouble: tuple[str, str] = ("network", "")
    """(failure class, reason) of what last opened the breaker, or may."""

    delay_s: float = 0.0
    """Greatest delay between two requests that a source, the file of politeness or robots.txt asked for."""

    robots: RobotParser | None = None
    """Its robots.txt, once it has been read."""

    crawl_delay_s: float | None = None
    least_gap_s: float = float("inf")
    """Seconds between the starts of the two requests that were nearest to each other."""

    n_today: int | None = None
    """Requests of this UTC day, earlier runs among them; unknown where no store counts them."""

    is_spent: bool = False
    """Whether this day's budget is used up."""

    counts: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    robots_statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    _turn_at: float | None = None
    _started_at: float = float("-inf")

    def __post_init__(self) -> None:
        self.breaker = CircuitBreaker(
            fail_max=self.manners.failures_in_a_row,
            reset_timeout=self.manners.cool_down_s,
            exclude=ANSWERED,
            throw_new_error_on_trip=False,
        )

    async def turn(self, delay_s: float, is_wanted: Callable[[], bool]) -> None:
        """Wait until ``delay_s`` have passed since the start of the host's last request, or it is not wanted any more.

        The place in the row is taken at once: a second board that asks meanwhile waits behind.
        """
        now = monotonic()
        self.delay_s = max(self.delay_s, delay_s)
        self._turn_at = now if self._turn_at is None else max(now, self._turn_at + delay_s)
        await pause(self._turn_at - now, is_wanted)
        while is_wanted() and (left := self._started_at + delay_s - monotonic()) > 0:  # the one before was late
            await pause(left, is_wanted)

    def note_start(self, n_bytes: int, is_conditional: bool) -> None:
        """A request is being sent now."""
        now = monotonic()
        self.least_gap_s = min(now - self._started_at, self.least_gap_s)
        self._started_at = now
        self.counts += Counter(requests=1, bytes_sent=n_bytes, conditional=int(is_conditional))

    def leave_alone(self, kind: str, reason: str, seconds: float) -> None:
        """Ask the host nothing more until so many seconds have passed."""
        self.trouble = kind, reason
        self.breaker.reset_timeout = seconds
        self.breaker.open()

    def note_trouble(self, kind: str, what: str) -> None:
        """A request failed; the breaker counts how many did in a row."""
        self.trouble = kind, f"{self.manners.failures_in_a_row} requests in a row failed, the last with {what}"
        self.breaker.reset_timeout = self.manners.cool_down_s

    def given_up(self) -> HostGivenUp:
        self.counts["not_sent"] += 1
        return HostGivenUp(self.name, *self.trouble)

    def spent(self) -> HostGivenUp:
        self.counts["not_sent"] += 1
        n = self.manners.requests_a_day
        return HostGivenUp(self.name, "throttled", f"the {n} requests that it may be asked in a day are used up")

    def entry(self) -> dict[str, Any]:
        """The host's row of the table in the run's manifest."""
        count = self.counts
        return {
            "host": self.name,
            "requests": count["requests"],
            "statuses": {str(status): n for status, n in sorted(self.statuses.items())},
            "errors": dict(sorted(self.errors.items())),
            "robots": {
                "statuses": {str(status): n for status, n in sorted(self.robots_statuses.items())},
                "allowed": count["robots_allowed"],
                "forbidden": count["robots_forbidden"],
                "crawl_delay_s": self.crawl_delay_s,
            },
            "delay_asked_s": self.delay_s,
            "least_delay_s": round(self.least_gap_s, 3) if isfinite(self.least_gap_s) else None,
            "retry_after_honoured": count["retry_after"],
            "retry_after_s": count["retry_after_s"],
            "bytes_sent": count["bytes_sent"],
            "bytes_received": count["bytes_received"],
            "conditional": {"asked": count["conditional"], "unchanged": self.statuses[304]},
            "breaker": self.breaker.current_state,
            "failures_in_a_row": self.breaker.fail_counter,
            "left_alone": self.trouble[1] if self.breaker.current_state == STATE_OPEN else None,
            "not_sent": count["not_sent"],
            "budget": {
                "requests_a_day": self.manners.requests_a_day,
                "left": None if self.n_today is None else max(0, self.manners.requests_a_day - self.n_today),
            },
        }


class Hosts:
    """The hosts of one run, by name and port."""

    def __init__(self, rules: Politeness) -> None:
        self.rules = rules
        self.ours_until: dict[str, float] = {}
        """Host -> the instant (``monotonic``) from which another process may ask it; none: nobody else does."""
        self._hosts: dict[str, Host] = {}

    def of(self, request: Request) -> Host:
        """The host that the request goes to."""
        return self.named(urlparse_cached(request).netloc)

    def named(self, name: str) -> Host:
        if name not in self._hosts:
            own_delay_s = self.rules.host.get(name, {}).get("delay_s", 0.0)
            self._hosts[name] = Host(name, self.rules.of(name), own_delay_s)
        return self._hosts[name]

    def is_ours(self, host: Host) -> bool:
        """Whether no other process may be asking the host."""
        return monotonic() < self.ours_until.get(host.name, inf)

    def table(self) -> list[dict[str, Any]]:
        """One row a host that was to be asked anything, by name."""
        return [self._hosts[name].entry() for name in sorted(self._hosts)]


_OF_CRAWLER: WeakKeyDictionary[Crawler, Hosts] = WeakKeyDictionary()


def share_hosts(crawler: Crawler, hosts: Hosts) -> None:
    """Have the crawler treat these hosts as its own, which others treat too."""
    _OF_CRAWLER[crawler] = hosts


def hosts_of(crawler: Crawler) -> Hosts:
    """The hosts of the crawler's run; of its own where it runs alone."""
    if crawler not in _OF_CRAWLER:
        share_hosts(crawler, Hosts(politeness()))
    return _OF_CRAWLER[crawler]


async def pause(seconds: float, is_wanted: Callable[[], bool]) -> None:
    """In short pieces: a crawl that is being stopped does not wait for the end."""
    end = monotonic() + seconds
    while (left := end - monotonic()) > 0 and is_wanted():
        await asyncio.sleep(min(left, 1))
