"""What changed from run to run: ads that came, what their boards changed in them, ads that closed and opened again."""

from __future__ import annotations

import pandas as pd

from output.columns import CHANGES
from output.frames import typed
from output.funnel import ARCHIVES

OF_AD = ["posting_id", "source", "title", "company", "role", "url"]


def changes(postings: pd.DataFrame, runs: pd.DataFrame, revisions: pd.DataFrame) -> pd.DataFrame:
    """One row a change of a posting, by run, source, posting and number.

    postings: columns of ``postings.csv``; runs and revisions: the store's tables. What stood on a board at its first
    run is no change, and ads of files and archives have none.
    """
    of_boards = postings[postings["source"].isin(numbered(runs)["source"])]
    between = pd.concat([_new(of_boards, runs), _revised(of_boards, runs, revisions)], ignore_index=True)
    return typed(between, CHANGES)[CHANGES.names].sort_values(
        ["run_id", "source", "posting_id", "change_no"], ignore_index=True
    )


def _new(postings: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Ads first seen by a later run than the first of their source."""
    seen = in_their_run(postings[OF_AD].assign(seen_at=postings["first_seen"]), runs)
    return seen[seen["number"] > 0].assign(change_no=0, change="new", before=None, after=None)


def _revised(postings: pd.DataFrame, runs: pd.DataFrame, revisions: pd.DataFrame) -> pd.DataFrame:
    """The store's revisions; those of runs that were pruned have no run."""
    told = revisions.rename(columns={"revision_no": "change_no", "old": "before", "new": "after"})
    return in_their_run(told.merge(postings[OF_AD], on="posting_id"), runs)


def in_their_run(events: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """The events with ``run_id`` and ``number`` of the run that saw them: the last of their source begun by then.

    events: ``source``, ``seen_at`` (an instant, ISO 8601, UTC); those without instant are left out.
    """
    known = events[events["seen_at"].notna()]
    return pd.merge_asof(
        known.assign(second=_second(known["seen_at"])).sort_values("second", kind="stable"),
        numbered(runs).sort_values("second", kind="stable"),
        on="second",
        by="source",
    )


def numbered(runs: pd.DataFrame) -> pd.DataFrame:
    """Runs of boards, not of archives, with the second they began in and their number in their source, from 0."""
    runs = runs[~runs["platform"].isin(ARCHIVES)].sort_values("started_at")
    return runs[["run_id", "source"]].assign(
        source=runs["source"].astype("string"),
        second=_second(runs["started_at"]),
        number=runs.groupby("source").cumcount().astype("Int64"),
    )


def _second(instants: pd.Series) -> pd.Series:
    """Instants of ads are kept to the second, those of runs finer."""
    return pd.to_datetime(instants.str.slice(0, 19), format="ISO8601").astype("datetime64[s]")
