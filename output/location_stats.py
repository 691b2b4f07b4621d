"""Openings by role and place."""

from __future__ import annotations

import pandas as pd

from output.columns import LOCATION_STATS
from output.frames import one_row_a_job, typed, with_midpoint

_KEYS = ["role", "level", "country", "region", "city"]


def location_stats(postings: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Distinct jobs by role and place, one row a role, level and place; ``role`` ``all`` counts every role's.

    postings: columns of ``postings.csv``; places: columns of ``places.csv``. The same job on several boards counts
    once, with the places of all its copies; a job without place has a row with empty place.
    """
    jobs = with_midpoint(one_row_a_job(postings))
    placed = _places_of_jobs(postings, places)
    levels = [
        _at_level(placed, jobs, columns)
        for columns in (["country"], ["country", "region"], ["country", "region", "city"])
    ]
    rows = pd.concat([*levels, _at_remote(jobs)], ignore_index=True)
    rows = pd.concat([rows, rows.assign(role="all")], ignore_index=True)
    n_jobs = jobs["role"].value_counts()
    stats = _aggregate(rows)
    total = stats["role"].map(n_jobs).where(stats["role"] != "all", len(jobs)).astype("Float64")
    stats["share"] = (stats["postings"] / total).round(4)
    return typed(stats, LOCATION_STATS)[LOCATION_STATS.names].sort_values(_KEYS, na_position="last", ignore_index=True)


def _places_of_jobs(postings: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Distinct (group, country, region, city), the places of all copies of a job."""
    groups = postings[["posting_id"]].assign(job=postings["group_id"].fillna(postings["posting_id"]))
    merged = groups.merge(places, on="posting_id", how="left")
    return merged[["job", "country", "region", "city"]].drop_duplicates()


def _at_level(placed: pd.DataFrame, jobs: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    known = placed[["job", *columns]].drop_duplicates()
    if columns[-1] != "country":
        known = known[known[columns[-1]].notna()]
    known = known.assign(split=1 / known.groupby("job")["job"].transform("size"), level=columns[-1])
    facts = jobs.assign(job=jobs["group_id"].fillna(jobs["posting_id"]))[
        ["job", "role", "company", "mid", "salary_currency"]
    ]
    return known.merge(facts, on="job").reindex(
        columns=["role", "level", "country", "region", "city", "split", "company", "mid", "salary_currency"]
    )


def _at_remote(jobs: pd.DataFrame) -> pd.DataFrame:
    known = jobs[jobs["remote"].notna()]
    empty = pd.Series(pd.NA, index=known.index, dtype="string")
    rows = known.assign(level="remote", city=known["remote"], country=empty, region=empty, split=1.0)
    return rows[["role", "level", "country", "region", "city", "split", "company", "mid", "salary_currency"]]


def _aggregate(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.assign(usd=rows["mid"].where((rows["salary_currency"] == "USD").fillna(False)).astype("Float64"))
    stats = (
        rows.groupby(_KEYS, dropna=False, sort=True)
        .agg(
            postings=("split", "size"),
            postings_split=("split", "sum"),
            employers=("company", "nunique"),
            with_pay=("usd", "count"),
            mid_median_usd=("usd", "median"),
        )
        .reset_index()
    )
    return stats.round({"postings_split": 4, "mid_median_usd": 2})
