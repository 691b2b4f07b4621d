"""What the command line shows: progress while it works (on stderr), tables when it is done (on stdout)."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from output.cells import jobs_of
from output.title_check import verdict_counts
from taggers.reading import NO_ROLE, ROLES, VERDICTS

PLAIN_EVERY_S = 5.0
"""Where stderr is no terminal, progress is one line in so many seconds."""


class Counter:
    """Counts what is done and shows it: a bar on a terminal, plain lines elsewhere, nothing when quiet."""

    def __init__(self, what: str, total: int | None, quiet: bool) -> None:
        self.what = what
        self.total = total
        self.n_done = 0
        self._shown_at = time.monotonic()
        is_terminal = sys.stderr.isatty()
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._bar = Progress(*columns, console=Console(stderr=True), disable=quiet or not is_terminal)
        self._task = self._bar.add_task(what, total=total)
        self._plain = not quiet and not is_terminal

    def advance(self, note: str = "", n: int = 1) -> None:
        """So many more are done; ``note`` is shown beside the bar."""
        self.n_done += n
        self._bar.update(self._task, advance=n, description=f"{self.what} {note}".rstrip())
        if self._plain and time.monotonic() - self._shown_at > PLAIN_EVERY_S:
            self._shown_at = time.monotonic()
            print(f"{self.what}: {self.n_done}", file=sys.stderr)

    def __enter__(self) -> Counter:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


@contextmanager
def counting(what: str, *, total: int | None = None, quiet: bool = False) -> Iterator[Counter]:
    """Show progress while the block runs."""
    with Counter(what, total, quiet) as counter:
        yield counter


def say(message: str) -> None:
    """One line to stderr."""
    print(message, file=sys.stderr, flush=True)


def summary_table(postings: pd.DataFrame) -> Table:
    """Distinct jobs by role: how many, their median pay in US dollars a year, the verdicts on their titles."""
    roles = [*ROLES, NO_ROLE]
    jobs = jobs_of(postings)
    n_jobs = jobs["role"].value_counts().to_dict()
    paid = jobs[(jobs["currency"] == "USD").fillna(False) & jobs["set_aside"].isna()].groupby("role")["mid"]
    medians, n_paid = paid.median().to_dict(), paid.size().to_dict()
    verdicts = verdict_counts(postings).reindex(index=roles, columns=VERDICTS, fill_value=0).astype(str)
    table = Table("role", title="Jobs by the role their duties describe; copies count once", title_justify="left")
    for name in ("jobs", "median pay, USD a year", *VERDICTS):
        table.add_column(name, justify="right")
    for role in roles:
        pay = f"{medians[role]:,.0f} (n={n_paid[role]})" if role in medians else "–"
        table.add_row(role, str(n_jobs.get(role, 0)), pay, *verdicts.loc[role])
    return table


def compare_table(roles: pd.DataFrame, ads: pd.DataFrame) -> Table:
    """Jobs and median pay of two periods by role and currency; how many ads came, went or changed."""
    n_ads = ads.drop_duplicates(["posting_id", "change"])["change"].value_counts()
    counted = ", ".join(f"{n_ads.get(change, 0)} {change}" for change in ("new", "gone", "changed"))
    table = Table("role", "pay in", title=f"Before and after; ads: {counted}", title_justify="left")
    for name in ("jobs", "jobs after", "median pay a year", "after", "difference"):
        table.add_column(name, justify="right")
    for row in roles.to_dict("records"):
        pay = (row["mid_median_before"], row["mid_median_after"], row["mid_median_difference"])
        table.add_row(
            row["role"],
            "none stated" if pd.isna(row["currency"]) else row["currency"],
            str(row["postings_before"]),
            str(row["postings_after"]),
            *("–" if pd.isna(amount) else f"{amount:,.0f}" for amount in pay),
        )
    return table


def runs_table(runs: list[dict[str, Any]], rejections: list[dict[str, Any]]) -> Table:
    """How each source of a crawl went: outcome, ads found and kept, why others were not."""
    table = Table("source", "outcome", "found", "kept", "not kept, and why", title="Sources", title_justify="left")
    for run in runs:
        why = [f"{each['n']} {each['reason']}" for each in rejections if each["source"] == run["source"]]
        table.add_row(
            run["source"],
            run["outcome"],
            str(run["n_found"]),
            str(run["n_kept"]),
            ", ".join(why) or run["detail"] or "",
        )
    return table


def sources_table(sources: list[dict[str, Any]], last_runs: dict[str, dict[str, Any]]) -> Table:
    """The boards of the file with the outcome of their last crawl."""
    table = Table(
        "source",
        "platform",
        "board",
        "every",
        "last crawl (UTC)",
        "outcome",
        "kept",
        title="Sources",
        title_justify="left",
    )
    for source in sources:
        run = last_runs.get(source["name"], {})
        address = source["board"] or source["url"]
        started = run.get("started_at", "never")[:16]
        table.add_row(
            source["name"],
            source["platform"],
            address,
            source["every"] or "",
            started,
            run.get("outcome", ""),
            str(run.get("n_kept", "")),
        )
    return table


def probes_table(probes: list[dict[str, Any]]) -> Table:
    """Whether each board of the file answers: its state, what its first page lists, what was said instead."""
    table = Table("source", "platform", "state", "listed", "detail", title="Sources", title_justify="left")
    for probe in probes:
        table.add_row(*(escape(probe[name]) for name in ("source", "platform", "state", "listed", "detail")))
    return table


def show(*tables: Table) -> None:
    """Print tables to stdout, as wide as the terminal or 120 columns in a pipe."""
    console = Console() if sys.stdout.isatty() else Console(width=120)
    for table in tables:
        console.print(table)


def show_paths(paths: list[Path]) -> None:
    """The files written, one a line."""
    for path in paths:
        print(path)
