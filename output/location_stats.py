"""Openings by role and place."""

from __future__ import annotations

import pandas as pd

from output.article import most_openings
from output.cells import DEFAULT_MIN_N, jobs_of
from output.columns import LOCATION_STATS
from output.frames import typed

_KEYS = ["role", "level", "country", "region", "city"]
_FACTS = ["split", "company", "usd"]

ARTICLE_SAYS = "among the states with most openings"


def location_stats(postings: pd.DataFrame, places: pd.DataFrame, min_n: int = DEFAULT_MIN_N) -> pd.DataFrame:
    """Distinct jobs by role and place, one row a role, level and place; ``role`` ``all`` counts every role's.

    postings: columns of ``postings.csv``; places: columns of ``places.csv``. min_n: with fewer paid jobs a row has no
    median. The same job on several boards counts once, with the places of all its copies; a job without place has a
    row with empty place.
    """
    jobs = jobs_of(postings)
    counts = (jobs["currency"] == "USD").fillna(False) & jobs["set_aside"].isna()
    jobs = jobs.assign(job=_job(jobs), usd=jobs["mid"].where(counts))
    placed = _places_of_jobs(postings, places)
    levels = [
        _at_level(placed, jobs, columns)
        for columns in (["country"], ["country", "region"], ["country", "region", "city"])
    ]
    rows = pd.concat([*levels, _at_remote(jobs)], ignore_index=True)
    rows = pd.concat([rows, rows.assign(role="all")], ignore_index=True)
    stats = _with_quotient(_aggregate(rows, min_n))
    total = stats["role"].map(jobs["role"].value_counts()).where(stats["role"] != "all", len(jobs)).astype("Float64")
    stats = stats.assign(share=(stats["postings"] / total).round(4), article_says=_article_says(stats))
    return typed(stats, LOCATION_STATS)[LOCATION_STATS.names].sort_values(_KEYS, na_position="last", ignore_index=True)


def _job(postings: pd.DataFrame) -> pd.Series:
    return postings["group_id"].fillna(postings["posting_id"])


def _places_of_jobs(postings: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Distinct (job, country, region, city), the places of all copies of a job."""
    of_jobs = postings[["posting_id"]].assign(job=_job(postings))
    merged = of_jobs.merge(places[["posting_id", "country", "region", "city"]], on="posting_id", how="left")
    return merged[["job", "country", "region", "city"]].drop_duplicates()


def _at_level(placed: pd.DataFrame, jobs: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    known = placed[["job", *columns]].drop_duplicates()
    if columns[-1] != "country":
        known = known[known[columns[-1]].notna()]
    n_places = known.groupby("job")["job"].transform("size").astype(float)
    known = known.assign(split=1 / n_places, level=columns[-1])
    rows = known.merge(jobs[["job", "role", "company", "usd"]], on="job")
    return rows.reindex(columns=[*_KEYS, *_FACTS])


def _at_remote(jobs: pd.DataFrame) -> pd.DataFrame:
    known = jobs[jobs["remote"].notna()]
    empty = pd.Series(pd.NA, index=known.index, dtype="string")
    rows = known.assign(level="remote", city=known["remote"], country=empty, region=empty, split=1.0)
    return rows[[*_KEYS, *_FACTS]]


def _aggregate(rows: pd.DataFrame, min_n: int) -> pd.DataFrame:
    """Counts of each role and place, and the median of those with enough jobs behind it."""
    grouped = rows.assign(usd=rows["usd"].astype("Float64")).groupby(_KEYS, dropna=False, sort=True)
    stats = grouped.agg(
        postings=("split", "size"),
        postings_split=("split", "sum"),
        employers=("company", "nunique"),
        with_pay=("usd", "count"),
        mid_median_usd=("usd", "median"),
    ).reset_index()
    stats["mid_median_usd"] = stats["mid_median_usd"].where(stats["with_pay"] >= min_n)
    return stats.round({"postings_split": 4, "mid_median_usd": 2})


def _with_quotient(stats: pd.DataFrame) -> pd.DataFrame:
    """With the location quotient; a place that is not known at its level has none."""
    is_known = stats[["country", "region", "city"]].notna().any(axis=1)
    split = stats["postings_split"].where(is_known)
    in_role = split.groupby([stats["role"], stats["level"]]).transform("sum")
    of_all = stats.assign(split=split, of_role=in_role)[stats["role"] == "all"]
    places = ["level", "country", "region", "city"]
    beside = stats[places].merge(of_all[[*places, "split", "of_role"]], on=places, how="left")
    share, share_of_all = split / in_role, beside["split"] / beside["of_role"]
    return stats.assign(location_quotient=(share / share_of_all).where(stats["role"] != "all").round(4))


def _article_says(stats: pd.DataFrame) -> pd.Series:
    named = {(role, state) for role, states in most_openings().items() for state in states}
    is_state = (stats["level"] == "region") & (stats["country"] == "US").fillna(False)
    says = [
        ARTICLE_SAYS if there and (role, region) in named else None
        for role, region, there in zip(stats["role"], stats["region"], is_state, strict=True)
    ]
    return pd.Series(says, index=stats.index, dtype="string")
