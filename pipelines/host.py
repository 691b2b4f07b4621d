"""What a pipeline needs of whoever runs it: the part of Scrapy's Crawler that pipelines read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


class Stats(Protocol):
    """Where components count."""

    def inc_value(self, key: str, count: int = 1, start: int = 0) -> None: ...

    def get_stats(self) -> dict[str, Any]: ...


class Host(Protocol):
    """A Scrapy Crawler, or the chain that runs the pipelines without a crawl."""

    settings: BaseSettings
    stats: Any  # Stats; Scrapy's Crawler declares it as a late attribute that no protocol matches


def now_of(settings: BaseSettings) -> datetime:
    """The instant that counts as now, UTC: ``ROLECALL_NOW`` (ISO 8601, for replays) or what the clock says."""
    given = settings.get("ROLECALL_NOW")
    return datetime.fromisoformat(given).astimezone(UTC) if given else datetime.now(UTC)


def today_of(settings: BaseSettings) -> date:
    """The day, UTC, of the instant that counts as now."""
    return now_of(settings).date()
