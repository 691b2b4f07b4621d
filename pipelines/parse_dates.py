"""Dates as boards write them -> ISO 8601 days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Self

import dateparser

from pipelines.host import Host, Stats
from scraper.items import Posting

EARLIEST = date(2000, 1, 1)
"""No board's ads are older: what is earlier is a placeholder such as 1970-01-01."""

LATEST_YEARS = 5
"""A date further ahead is a placeholder such as 2035-11-06 or 9999-12-31."""

_ISO_DAY = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(?![\d-])")


@lru_cache(maxsize=4096)
def parse_day(value: str, today: date) -> str | None:
    """The calendar day, in the writer's own time zone, or None for what is no date or no believable one.

    value: ISO 8601 with or without time, or English words ("Posted on July 29, 2026", "3 days ago").
    today: the day on which the board said so; "3 days ago" counts from it.
    """
    day = _iso_day(value) or _spoken_day(value, today)
    if day is None or not EARLIEST <= day <= today.replace(day=1) + timedelta(days=366 * LATEST_YEARS):
        return None
    return day.isoformat()


def _iso_day(value: str) -> date | None:
    match = _ISO_DAY.match(value)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _spoken_day(value: str, today: date) -> date | None:
    if len(value) > 60 or not any(char.isdigit() for char in value):
        return None
    base = datetime(today.year, today.month, today.day)
    words = re.sub(r"^\s*posted(?:\s+on)?:?\s*", "", value, flags=re.IGNORECASE)
    parsed = dateparser.parse(words, languages=["en"], settings={"RELATIVE_BASE": base})
    return parsed.date() if parsed else None


class ParseDatesPipeline:
    """Fill ``posted_on`` and ``valid_through``. Counts dates it could not believe in ``parse_dates/refused``."""

    def __init__(self, stats: Stats) -> None:
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Host) -> Self:
        return cls(crawler.stats)

    def process_item(self, item: Posting) -> Posting:
        today = datetime.now(UTC).date()
        item.posted_on = self._day(item.posted_on_raw, today)
        item.valid_through = self._day(item.valid_through_raw, today)
        if item.posted_on and item.posted_on > (today + timedelta(days=1)).isoformat():
            item.posted_on = None  # published in the future: some boards invent their dates
            self.stats.inc_value("parse_dates/refused")
        if item.posted_on and item.valid_through and item.valid_through < item.posted_on:
            item.valid_through = None
            self.stats.inc_value("parse_dates/refused")
        return item

    def _day(self, value: str | None, today: date) -> str | None:
        if value is None:
            return None
        day = parse_day(value, today)
        if day is None:
            self.stats.inc_value("parse_dates/refused")
        return day
