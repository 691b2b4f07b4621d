"""What changed from run to run: ads that came, and ads that a full reading of their board no longer showed."""

from __future__ import annotations

import pandas as pd

from output.columns import CHANGES
from output.frames import typed
from output.funnel import ARCHIVES

COMPLETE = ("ok", "empty")
"""Outcomes of a run that read the whole board: an ad it did not show is not there."""


def changes(postings: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """One row a change of a posting, by run, source and posting.

    postings: columns of ``postings.csv``; runs: the store's table. Ads of a source's first run are no change, ads of
    files neither. Events of other kinds can be appended: each is (run, posting, kind, instant).
    """
    between = pd.concat([_new(postings, runs), _not_seen(postings, runs)], ignore_index=True)
    return typed(between, CHANGES)[CHANGES.names].sort_values(
        ["run_id", "source", "posting_id", "change"], ignore_index=True
    )


def _new(postings: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Ads first seen by a run of their source that had an earlier one: the last run begun by then."""
    known = postings[postings["first_seen"].notna()]
    beside = known.merge(_numbered(runs), on="source")
    begun = beside[beside["started"] <= beside["first_seen"].str.slice(0, 19)]
    own = begun.sort_values("started").drop_duplicates("posting_id", keep="last")
    return own[own["number"] > 0].assign(change="new", seen_at=lambda rows: rows["first_seen"])


def _not_seen(postings: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Ads with a complete run of their source after their last sight: the first such run."""
    complete = _numbered(runs)[lambda rows: rows["outcome"].isin(COMPLETE)]
    beside = postings[postings["last_seen"].notna()].merge(complete, on="source")
    later = beside[beside["started"] > beside["last_seen"].str.slice(0, 19)]
    own = later.sort_values("started").drop_duplicates("posting_id")
    return own.assign(change="not seen", seen_at=own["last_seen"])


def _numbered(runs: pd.DataFrame) -> pd.DataFrame:
    """Runs of boards, not of archives, with the second they began in and their number in their source, from 0."""
    runs = runs[~runs["platform"].isin(ARCHIVES)].sort_values("started_at")
    return runs[["run_id", "source", "outcome"]].assign(
        started=runs["started_at"].str.slice(0, 19), number=runs.groupby("source").cumcount()
    )
