"""The life of an ad: open while its board shows it, closed once the board has twice answered wholly and without it.

The two answers lie some hours apart: a board that loses an ad for a moment has not closed it.

All of it happens at the end of a source's run, in one transaction with the run's row: a process killed before leaves
neither. A board that fails says nothing about its ads, and one that shrank beyond belief is not believed at once.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from scrapy.settings import BaseSettings
from sqlalchemy import Connection, RowMapping, bindparam, select, update

from store import Store, add_revisions, add_run, postings, revision, runs

WHOLE = ("ok", "empty")
"""Outcomes of a run that read every page and list of its board."""

SUSPECT = "suspect"

ARCHIVES = ("warc",)
"""Platforms that read what once was: an ad that such a file does not hold is not closed by that."""


@dataclass(frozen=True)
class Rules:
    """When an ad is closed, and when a board is not believed."""

    n_misses: int
    """``ROLECALL_CLOSE_AFTER``: whole answers in a row without the ad after which it is closed."""

    min_gap: timedelta
    """``ROLECALL_MISS_GAP_H``, hours: a whole answer without the ad counts only so long after the last that counted."""

    max_shrink: float
    """``ROLECALL_MAX_SHRINK``: share of a board's ads that may go from one whole answer to the next."""

    min_ads: int
    """``ROLECALL_MIN_ADS``: smaller boards may shrink as they like, but not to nothing."""

    max_suspect: int
    """``ROLECALL_MAX_SUSPECT``: runs in a row for which a shrunken board is suspect; it is believed from then on."""

    @classmethod
    def of(cls, settings: BaseSettings) -> Self:
        return cls(
            settings.getint("ROLECALL_CLOSE_AFTER"),
            timedelta(hours=settings.getfloat("ROLECALL_MISS_GAP_H")),
            settings.getfloat("ROLECALL_MAX_SHRINK"),
            settings.getint("ROLECALL_MIN_ADS"),
            settings.getint("ROLECALL_MAX_SUSPECT"),
        )

    def doubt(self, n_found: int, n_before: int, n_suspect: int) -> str | None:
        """Why a board that shows ``n_found`` ads is not believed, if it is not.

        n_before: ads of its last whole answer; n_suspect: its suspect runs since then.
        """
        if not n_found and n_before and not n_suspect:
            return f"the board shows no ad for the first time, it had {n_before}"
        has_shrunk = n_before >= self.min_ads and n_found < n_before * (1 - self.max_shrink)
        if has_shrunk and n_suspect < self.max_suspect:
            return f"the board shows {n_found} ads, it had {n_before}"
        return None


def end_run(
    store: Store,
    run: dict[str, Any],
    reasons: dict[str, int],
    shown: Set[str],
    rules: Rules,
    filled: dict[str, int] | None = None,
) -> int:
    """Record a source's run and close what its board no longer shows; returns how many ads were closed.

    run: a row of ``runs``, whose outcome becomes ``suspect`` where the board is not believed; reasons: its rejected
    ads, counted by reason; shown: ids of all ads that the board showed as open, the rejected ones among them; filled:
    field -> how many of the kept ads say something there.
    """
    with store.writing() as connection:
        if run["outcome"] in WHOLE and (doubt := _doubt(connection, run, rules)):
            run["outcome"] = SUSPECT
            run["detail"] = f"{SUSPECT}: {doubt}; nothing is closed, look at the board"
        add_run(connection, run, reasons, filled)
        if run["outcome"] not in WHOLE or run["platform"] in ARCHIVES:
            return 0
        return _close(connection, run, shown, rules)


def _doubt(connection: Connection, run: dict[str, Any], rules: Rules) -> str | None:
    query = (
        select(runs.c.outcome, runs.c.n_found)
        .where(runs.c.source == run["source"], runs.c.outcome.in_([*WHOLE, SUSPECT]))
        .order_by(runs.c.started_at.desc())
    )
    before = connection.execute(query).all()
    n_suspect = next((n for n, row in enumerate(before) if row.outcome != SUSPECT), None)
    return None if n_suspect is None else rules.doubt(run["n_found"], before[n_suspect].n_found, n_suspect)


def _close(connection: Connection, run: dict[str, Any], shown: Set[str], rules: Rules) -> int:
    """Count the run against every open ad of the source that it did not show; close those that were missed enough."""
    query = select(postings.c.posting_id, postings.c.n_missed, postings.c.missed_at)
    query = query.where(postings.c.source == run["source"], postings.c.closed_on.is_(None))
    rows = connection.execute(query.order_by(postings.c.posting_id).with_for_update())  # in the order of Store.save
    at = run["started_at"]
    counted = [(row, _misses(row, at, shown, rules)) for row in rows.mappings()]
    changed = [(row, n_missed) for row, n_missed in counted if n_missed != row["n_missed"]]
    closed = [row for row, n_missed in changed if n_missed >= rules.n_misses]
    _update(connection, "n_missed", changed)
    _update(connection, "missed_at", [(row, at if n_missed else None) for row, n_missed in changed])
    _update(connection, "closed_on", [(row, at[:10]) for row in closed])
    said = [revision(row["posting_id"], at, "closed", None, at[:10]) for row in closed]
    add_revisions(connection, said)
    return len(closed)


def _misses(row: RowMapping, at: str, shown: Set[str], rules: Rules) -> int:
    """How often in a row an open ad was missed, after a whole answer at an instant (ISO 8601)."""
    if row["posting_id"] in shown:
        return 0
    n_missed: int = row["n_missed"] or 0
    last = row["missed_at"]
    is_soon = last is not None and datetime.fromisoformat(at) - datetime.fromisoformat(last) < rules.min_gap
    return n_missed if is_soon else n_missed + 1


def _update(connection: Connection, column: str, values: list[tuple[RowMapping, Any]]) -> None:
    """Set the column of each row to its value."""
    if values:
        statement = update(postings).where(postings.c.posting_id == bindparam("ad")).values({column: bindparam("to")})
        connection.execute(statement, [{"ad": row["posting_id"], "to": value} for row, value in values])
