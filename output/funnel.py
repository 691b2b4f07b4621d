"""From what a board listed to what the statistics count, step by step; every loss has a row and its reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from output.columns import FUNNEL
from output.frames import one_row_a_job, typed

CLOSED = "closed before the crawl"
UNREADABLE = ("neither title nor text",)
FAILED = "a step failed; the log and `runs.detail` say how"
SAME_ID = "the same id a second time"
COPY = "copy of an ad counted elsewhere"

ARCHIVES = ("warc",)
"""Platforms whose ads were seen when an archive fetched them, not when the run read them."""

Loss = tuple[str, str | None, int]
"""(step, reason, ads lost)"""


def funnel(postings: pd.DataFrame, runs: pd.DataFrame, rejections: pd.DataFrame) -> pd.DataFrame:
    """Rows of every run and source, oldest run first; ``n_left`` of each row is ``n_in`` of the next.

    postings: columns of ``postings.csv``; runs and rejections: the store's tables. Ads of sources without a run, as
    ``rolecall tag`` leaves them, stand in rows without run.
    """
    here = _still_here(postings, runs)
    rejected = _rejected(rejections)
    found: list[dict[str, Any]] = []
    for run in runs.sort_values(["run_id", "source"]).to_dict("records"):
        key = (run["run_id"], run["source"])
        losses = _losses(run["n_found"], run["n_kept"], rejected.get(key, []), here.get(key))
        found += _rows(run["run_id"], run["source"], run["outcome"], run["n_found"], losses)
    for source, (n_seen, n_distinct) in _from_files(postings, runs).items():
        found += _rows(None, source, None, n_seen, [("stored", None, 0), ("distinct", COPY, n_seen - n_distinct)])
    return typed(pd.DataFrame(found, columns=FUNNEL.names), FUNNEL)


def _rejected(rejections: pd.DataFrame) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """(run, source) -> why ads were not kept, and how many."""
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for row in rejections.sort_values(["run_id", "source", "reason"]).to_dict("records"):
        found.setdefault((row["run_id"], row["source"]), []).append((row["reason"], row["n"]))
    return found


def _losses(n_found: int, n_kept: int, rejected: list[tuple[str, int]], here: tuple[int, int] | None) -> Iterator[Loss]:
    """What each step of one run lost, in the order of the steps."""
    n_failed = n_found - n_kept - sum(n for _, n in rejected)
    losses: list[Loss] = [("read", FAILED, n_failed), *((_step_of(reason), reason, n) for reason, n in rejected)]
    for step in ("read", "open", "legal"):
        of_step = [loss for loss in losses if loss[0] == step and loss[2]]
        yield from of_step or [(step, None, 0)]
    if here is not None:
        n_seen, n_distinct = here
        yield "stored", SAME_ID, n_kept - n_seen
        yield "distinct", COPY, n_seen - n_distinct


def _step_of(reason: str) -> str:
    return "open" if reason == CLOSED else "read" if reason in UNREADABLE else "legal"


def _rows(
    run_id: str | None, source: str, outcome: str | None, n_in: int, losses: Iterator[Loss] | list[Loss]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{"step": "fetched", "reason": None, "n_in": n_in, "n_lost": 0, "n_left": n_in}]
    for step, reason, n_lost in losses:
        n_in = rows[-1]["n_left"]
        reason = reason if n_lost else None
        rows.append({"step": step, "reason": reason, "n_in": n_in, "n_lost": n_lost, "n_left": n_in - n_lost})
    shared = {"run_id": run_id, "source": source, "outcome": outcome}
    return [{**shared, "row_no": number, **row} for number, row in enumerate(rows, 1)]


def _still_here(postings: pd.DataFrame, runs: pd.DataFrame) -> dict[tuple[str, str], tuple[int, int]]:
    """(run, source) of each source's last run -> ads of the store that it saw, and jobs among them counted there."""
    if runs.empty:
        return {}
    last = runs.sort_values("started_at").drop_duplicates("source", keep="last")
    seen = _with_distinct(postings).merge(last[["run_id", "source", "started_at", "platform"]], on="source")
    is_here = is_since(seen["last_seen"], seen["started_at"]) | seen["platform"].isin(ARCHIVES)
    seen = seen[is_here.to_numpy(bool)]
    counted = seen.groupby(["run_id", "source"])["distinct"].agg(["size", "sum"]).to_dict("index")
    keys = zip(last["run_id"], last["source"], strict=True)
    return {key: (int(n["size"]), int(n["sum"])) if (n := counted.get(key)) else (0, 0) for key in keys}


def _from_files(postings: pd.DataFrame, runs: pd.DataFrame) -> dict[str, tuple[int, int]]:
    ads = _with_distinct(postings[~postings["source"].isin(runs["source"])])
    counted = ads.groupby("source")["distinct"].agg(["size", "sum"])
    return {str(source): (int(row["size"]), int(row["sum"])) for source, row in counted.iterrows()}


def _with_distinct(postings: pd.DataFrame) -> pd.DataFrame:
    """Whether a posting is the one that its job is counted by."""
    return postings[["posting_id", "source", "last_seen"]].assign(
        distinct=postings.index.isin(one_row_a_job(postings).index)
    )


def is_since(seen: pd.Series, started: pd.Series) -> pd.Series:
    """Whether an instant is of a run or of a later one; instants of ads are kept to the second, those of runs finer."""
    return (seen.str.slice(0, 19) >= started.str.slice(0, 19)).fillna(False)
