"""Dates as boards write them -> ISO 8601 days, or the reason why they cannot be believed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Self

from pipelines.host import Host, Stats, today_of
from scraper.items import Posting

EARLIEST = date(2000, 1, 1)
"""No board's ads are older: what is earlier is a placeholder such as 1970-01-01."""

LATEST_YEARS = 5
"""A date further ahead is a placeholder such as 2035-11-06 or 9999-12-31."""

MADE_UP_DAYS = (-731, 366)
"""Some boards give every ad the day two years before the request as its publication and a year after it as its end."""

NO_DATE = "no date"
_ISO_DAY = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(?![\d-])")
_US_DAY = re.compile(r"([01]?\d)/([0-3]?\d)/([12]\d{3})", re.ASCII)
_AT_LEAST = re.compile(r"\d\s?\+\s*(?:hour|day|week|month)", re.IGNORECASE)
"""The 30+ of "30+ days ago", which is no day."""

_SAYS_A_DAY = re.compile(r"\d|today|yesterday|just posted", re.IGNORECASE)


def parse_day(value: str, today: date) -> str | None:
    """The calendar day, in the writer's own time zone, or None for what is no date or no believable one."""
    return read_day(value, today)[0]


@lru_cache(maxsize=4096)
def read_day(value: str, today: date) -> tuple[str | None, str | None]:
    """(calendar day, None), or (None, why it is refused).

    value: ISO 8601 with or without time, or English words ("Posted on July 29, 2026", "3 days ago").
    today: the day on which the board said so; "3 days ago" counts from it.
    """
    day = _iso_day(value) or _spoken_day(value, today)
    if day is None:
        return None, NO_DATE
    if day < EARLIEST:
        return None, f"before {EARLIEST.year}"
    if day > today.replace(day=1) + timedelta(days=366 * LATEST_YEARS):
        return None, f"more than {LATEST_YEARS} years ahead"
    return day.isoformat(), None


def _iso_day(value: str) -> date | None:
    match = _ISO_DAY.match(value)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _spoken_day(value: str, today: date) -> date | None:
    if len(value) > 60 or not _SAYS_A_DAY.search(value) or _AT_LEAST.search(value):
        return None
    words = re.sub(r"^\s*posted(?:\s+on)?:?\s*", "", value, flags=re.IGNORECASE)
    words = re.sub(r"^just posted.*", "today", words, flags=re.IGNORECASE)
    if day := _us_day(words):
        return day
    import dateparser  # here: it takes a sixth of a second, and most dates are plain

    base = datetime(today.year, today.month, today.day)
    parsed = dateparser.parse(words, languages=["en"], settings={"RELATIVE_BASE": base})
    return parsed.date() if parsed else None


def _us_day(words: str) -> date | None:
    """MM/DD/YYYY, as dateparser reads it, a hundred times sooner."""
    match = _US_DAY.fullmatch(words)
    try:
        return date(int(match[3]), int(match[1]), int(match[2])) if match else None
    except ValueError:
        return None


def are_made_up(posted: str, ends: str, today: date) -> bool:
    """Whether both dates are fixed distances from the request and so say nothing (a day's slack for time zones)."""
    distances = [(date.fromisoformat(day) - today).days for day in (posted, ends)]
    return all(abs(distance - made) <= 2 for distance, made in zip(distances, MADE_UP_DAYS, strict=True))


class ParseDatesPipeline:
    """Fill ``posted_on`` and ``valid_through``; say in ``dates_note`` what was refused and why, and count it.

    The count is ``parse_dates/refused``. Days count from ``ROLECALL_NOW`` where a posting does not say when it was
    fetched.
    """

    def __init__(self, stats: Stats, today: Callable[[], date]) -> None:
        self.stats = stats
        self.today = today

    @classmethod
    def from_crawler(cls, crawler: Host) -> Self:
        return cls(crawler.stats, partial(today_of, crawler.settings))

    def process_item(self, item: Posting) -> Posting:
        today = date.fromisoformat(item.fetched_on) if item.fetched_on else self.today()
        refused: list[str] = []
        item.posted_on = self._day("posted_on", item.posted_on_raw, today, refused)
        item.valid_through = self._day("valid_through", item.valid_through_raw, today, refused)
        if item.posted_on and item.valid_through and are_made_up(item.posted_on, item.valid_through, today):
            refused.append("both dates: fixed distances from the day of the crawl")
            item.posted_on = item.valid_through = None
        if item.posted_on and item.posted_on > (today + timedelta(days=1)).isoformat():
            refused.append(f"posted_on {item.posted_on}: in the future")
            item.posted_on = None
        if item.posted_on and item.valid_through and item.valid_through < item.posted_on:
            refused.append(f"valid_through {item.valid_through}: before posted_on")
            item.valid_through = None
        item.dates_note = "; ".join(refused) or None
        if refused:
            self.stats.inc_value("parse_dates/refused", len(refused))
        return item

    def _day(self, name: str, value: str | None, today: date, refused: list[str]) -> str | None:
        if value is None:
            return None
        day, problem = read_day(value, today)
        if problem:
            refused.append(f"{name} {value[:40]!r}: {problem}")
        return day
