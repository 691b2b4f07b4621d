"""What the store knows of a source's last runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from statistics import median
from typing import Any

from sqlalchemy import select

from health.rules import Rules
from store import Store, filled_fields, runs

OK = ("ok", "empty")
"""Outcomes of a run that read its board wholly."""

MAX_RUNS = 100
"""Runs of a source that are looked at, the newest."""


@dataclass(frozen=True)
class Run:
    """One run of a source."""

    started_at: str
    outcome: str
    detail: str | None
    n_found: int
    n_kept: int
    filled: dict[str, int]
    """Field -> how many of the kept ads say something there."""

    def shares(self) -> dict[str, float]:
        """Field -> share of the kept ads that say something there, in [0, 1]."""
        return {name: n / self.n_kept for name, n in self.filled.items()} if self.n_kept else {}


@dataclass(frozen=True)
class History:
    """The runs of a source, the newest first."""

    source: str
    runs: list[Run]
    rules: Rules

    @property
    def last(self) -> Run:
        return self.runs[0]

    @property
    def n_failed(self) -> int:
        """Runs in a row, up to the last one, whose outcome the rules count as a failure."""
        return len(list(takewhile(lambda run: self.rules.n_failures(run.outcome), self.runs)))

    def usual(self, name: str) -> float | None:
        """Median of ``n_found`` or ``n_kept`` over the whole runs before the last; None where there are too few."""
        before = [getattr(run, name) for run in self._whole_before()]
        return median(before) if len(before) >= self.rules.counts.min_runs else None

    def usual_shares(self) -> dict[str, float]:
        """Field -> median of its shares over the whole runs before the last that kept enough ads."""
        before = [run.shares() for run in self._whole_before() if run.n_kept >= self.rules.coverage.min_ads]
        if len(before) < self.rules.counts.min_runs:
            return {}
        return {name: median(shares.get(name, 0.0) for shares in before) for name in self.last.filled}

    def _whole_before(self) -> list[Run]:
        whole = [run for run in self.runs[1:] if run.outcome in OK]
        return whole[: self.rules.counts.n_runs]


def histories(store: Store, names: list[str], rules: Rules) -> Iterator[History]:
    """The histories of those of the sources that have a run."""
    for name in names:
        if found := _runs_of(store, name):
            yield History(name, found, rules)


def _runs_of(store: Store, source: str) -> list[Run]:
    newest = select(runs).where(runs.c.source == source).order_by(runs.c.started_at.desc()).limit(MAX_RUNS)
    with store.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(newest).mappings()]
        of_runs = filled_fields.c.run_id.in_([row["run_id"] for row in rows])
        query = select(filled_fields).where(filled_fields.c.source == source, of_runs)
        filled: dict[str, dict[str, int]] = {}
        for row in connection.execute(query).mappings():
            filled.setdefault(row["run_id"], {})[row["field"]] = row["n"]
    return [_run(row, filled.get(row["run_id"], {})) for row in rows]


def _run(row: dict[str, Any], filled: dict[str, int]) -> Run:
    names = ("started_at", "outcome", "detail", "n_found", "n_kept")
    return Run(**{name: row[name] for name in names}, filled=filled)
