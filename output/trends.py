"""How many jobs were open from week to week, what came and went, and what they paid."""

from __future__ import annotations

import pandas as pd

from output.cells import DEFAULT_MIN_N
from output.changes import in_their_run
from output.columns import TRENDS
from output.frames import one_row_a_job, typed, with_midpoint
from output.funnel import ARCHIVES
from output.outliers import fences, outlier_reasons
from taggers.reading import NO_ROLE

WHOLE = ("ok", "empty")
"""Outcomes of a run that read its whole board."""

WEEK = pd.Timedelta(days=7)


def trends(postings: pd.DataFrame, runs: pd.DataFrame, min_n: int = DEFAULT_MIN_N) -> pd.DataFrame:
    """One row a week and role that any job has, and a week over all: from the first sight to the last, none left out.

    postings: columns of ``postings.csv``, closed ads among them; runs: the store's table. A job is open from the first
    sight of its first ad until the last of its ads is closed. Ads of files and archives have no week.
    """
    lives = _lives(postings, runs)
    if lives.empty:
        return typed(pd.DataFrame(columns=TRENDS.names), TRENDS)
    weeks = pd.date_range(lives["began"].min(), _last_week(postings, runs), freq=WEEK)
    table = pd.concat([_weekly(lives.assign(role="all"), weeks), _weekly(lives, weeks)]).reset_index()
    table["mid_median_usd"] = table["mid_median_usd"].where(table["with_pay"] >= min_n).round(2)
    table["sources_read"] = table["week"].map(_sources_read(runs)).fillna(0)
    return typed(table.assign(week=table["week"].dt.strftime("%Y-%m-%d")), TRENDS)[TRENDS.names].sort_values(
        ["week", "role"], ignore_index=True
    )


def _weekly(jobs: pd.DataFrame, weeks: pd.DatetimeIndex) -> pd.DataFrame:
    """The counts and the median by week and role; what is open is what came so far less what closed so far."""
    grid = pd.MultiIndex.from_product([weeks, jobs["role"].unique()], names=["week", "role"])

    def count(of: pd.DataFrame, column: str) -> pd.Series:
        return of.groupby([column, "role"]).size().reindex(grid, fill_value=0)

    paid = jobs[jobs["mid"].notna()]
    counts = pd.DataFrame({"came": count(jobs, "began"), "closed": count(jobs, "ended")}, index=grid)
    counts["came_with_source"] = count(jobs[jobs["stood"]], "began")
    counts["postings"] = (counts["came"] - counts["closed"]).groupby("role").cumsum()
    counts["with_pay"] = (count(paid, "began") - count(paid, "ended")).groupby("role").cumsum()
    open_in = pd.concat([_of_open(jobs, week) for week in weeks], keys=weeks, names=["week"]).reindex(grid)
    return counts.assign(employers=open_in["company"].fillna(0), mid_median_usd=open_in["mid"])


def _of_open(jobs: pd.DataFrame, week: pd.Timestamp) -> pd.DataFrame:
    """Employers and median pay of the jobs that were open at the end of the week, by role."""
    here = jobs[(jobs["began"] <= week) & ~(jobs["ended"] <= week)].groupby("role")
    return pd.DataFrame({"company": here["company"].nunique(), "mid": here["mid"].median()})


def _lives(postings: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """One row a job: ``role company began ended stood mid``; began and ended are weeks, by their Mondays.

    ended is missing while an ad of it is open; ``stood``: it was there when its source was first read; ``mid``: pay in
    US dollars a year that is not set aside. Role, employer and pay are those of its first open ad, else its first.
    """
    ads = postings[postings["first_seen"].notna() & ~postings["platform"].isin(ARCHIVES).fillna(False)]
    ads = with_midpoint(ads).sort_values("closed_on", na_position="first", kind="stable")
    is_used = (ads["salary_currency"] == "USD").fillna(False) & outlier_reasons(ads, fences(one_row_a_job(ads))).isna()
    ads = ads.assign(
        job=ads["group_id"].fillna(ads["posting_id"]),
        role=ads["role"].fillna(NO_ROLE),
        company=ads["company"].astype("category").cat.codes.where(ads["company"].notna()),
        mid=ads["mid"].astype("float64").where(is_used),
        began=_week(ads["first_seen"]),
        ended=_week(ads["closed_on"]),
        stood=ads["posting_id"].isin(_stood(ads, runs)),
    )
    grouped = ads.groupby("job", sort=False)
    first = ads.drop_duplicates("job").set_index("job")[["role", "company", "mid"]]
    is_open = grouped["closed_on"].count() < grouped.size()
    earliest = ads.sort_values("began", kind="stable").drop_duplicates("job").set_index("job")[["began", "stood"]]
    return first.join(earliest).assign(ended=grouped["ended"].max().mask(is_open))


def _stood(ads: pd.DataFrame, runs: pd.DataFrame) -> pd.Series:
    """Ids of the ads that the first run of their source saw."""
    seen = in_their_run(ads[["posting_id", "source"]].assign(seen_at=ads["first_seen"]), runs)
    return seen.loc[(seen["number"] == 0).fillna(False), "posting_id"]


def _sources_read(runs: pd.DataFrame) -> pd.Series:
    """Week -> how many sources were read in full."""
    whole = runs[runs["outcome"].isin(WHOLE) & ~runs["platform"].isin(ARCHIVES)]
    return whole.assign(week=_week(whole["started_at"])).groupby("week")["source"].nunique()


def _last_week(postings: pd.DataFrame, runs: pd.DataFrame) -> pd.Timestamp:
    """The last week that anything is known of."""
    known = ((postings, "first_seen"), (postings, "last_seen"), (postings, "closed_on"), (runs, "started_at"))
    weeks: list[pd.Timestamp] = [_week(frame[name]).max() for frame, name in known]
    return max(week for week in weeks if not pd.isna(week))


def _week(instants: pd.Series) -> pd.Series:
    """The Monday of each day or instant (ISO 8601, UTC)."""
    days = pd.to_datetime(instants.str.slice(0, 10), format="%Y-%m-%d").astype("datetime64[s]")
    return days - pd.to_timedelta(days.dt.day_of_week, unit="D")
