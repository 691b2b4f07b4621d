"""Pay by role, and by role with region and remote work."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from output.columns import SALARY_STATS
from output.frames import one_row_a_job, typed, with_midpoint

_KEYS = ["role", "currency", "cut", "value"]


def salary_stats(postings: pd.DataFrame, annual_factor: dict[str, float]) -> pd.DataFrame:
    """Pay statistics of distinct jobs, one row a role, currency and cell.

    postings: columns of ``postings.csv``. annual_factor: period -> factor to a year, printed in every row.
    Currencies are never mixed; jobs without annualisable pay are counted in rows without currency.
    """
    jobs = with_midpoint(one_row_a_job(postings))
    paid = jobs["mid"].notna()
    jobs = jobs.assign(
        currency=jobs["salary_currency"].where(paid),
        paid_part_time=jobs["is_part_time"].fillna(False) & paid,
        paid_contract=jobs["is_contract"].fillna(False) & paid,
    )
    cut = pd.concat([_cut(jobs, name) for name in ("all", "region", "remote")], ignore_index=True)
    stats = _aggregate(cut)
    stats["annualisation"] = annualisation_rule(annual_factor)
    return typed(_with_article(stats), SALARY_STATS)[SALARY_STATS.names].sort_values(
        _KEYS, na_position="last", ignore_index=True
    )


def annualisation_rule(annual_factor: dict[str, float]) -> str:
    """The rule in words: ``year x 1, month x 12, ...``."""
    return ", ".join(f"{period} x {factor:g}" for period, factor in annual_factor.items())


def _cut(jobs: pd.DataFrame, name: str) -> pd.DataFrame:
    values = {
        "all": pd.Series(pd.NA, index=jobs.index, dtype="string"),
        "region": (jobs["country"] + "-" + jobs["region"]).astype("string"),
        "remote": jobs["remote"],
    }
    return jobs.assign(cut=name, value=values[name])


def _aggregate(jobs: pd.DataFrame) -> pd.DataFrame:
    grouped = jobs.groupby(_KEYS, dropna=False, sort=True)
    stats = grouped.agg(
        postings=("posting_id", "size"),
        with_pay=("mid", "count"),
        employers=("company", "nunique"),
        part_time=("paid_part_time", "sum"),
        contract=("paid_contract", "sum"),
        low_median=("low", "median"),
        mid_p25=("mid", lambda mid: mid.quantile(0.25)),
        mid_median=("mid", "median"),
        mid_p75=("mid", lambda mid: mid.quantile(0.75)),
        high_median=("high", "median"),
    ).reset_index()
    in_cell = stats.groupby(["role", "cut", "value"], dropna=False)["postings"].transform("sum")
    stats["disclosure_share"] = (stats["with_pay"] / in_cell).round(4)
    amounts = ["low_median", "mid_p25", "mid_median", "mid_p75", "high_median"]
    stats[amounts] = stats[amounts].round(2)
    return stats


def _with_article(stats: pd.DataFrame) -> pd.DataFrame:
    comparable = (stats["currency"] == "USD").fillna(False) & (stats["cut"] == "all")
    figure = stats["role"].map(article_figures()).where(comparable).astype("Float64")
    return stats.assign(article_figure=figure, difference=(stats["mid_median"] - figure).round(2))


@cache
def article_figures() -> dict[str, float]:
    """Role -> the article's general pay figure, US dollars a year (``taggers/data/roles.toml``)."""
    data: dict[str, Any] = tomllib.loads((files("taggers") / "data" / "roles.toml").read_text(encoding="utf-8"))
    return {role["name"]: float(role["pay"][0]["usd_a_year"]) for role in data["role"] if role["pay"]}
