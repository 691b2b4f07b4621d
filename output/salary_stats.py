"""Pay by role, and by role with region, city, sector, remote work, seniority and source."""

from __future__ import annotations

import pandas as pd

from output.article import article_pay
from output.cells import COUNTED, DEFAULT_MIN_N, cells, jobs_of
from output.columns import CUTS, SALARY_STATS
from output.frames import typed

_KEYS = ["role", "currency", "cut", "value"]


def salary_stats(postings: pd.DataFrame, annual_factor: dict[str, float], min_n: int = DEFAULT_MIN_N) -> pd.DataFrame:
    """Pay statistics of distinct jobs, one row a role, currency and cell.

    postings: columns of ``postings.csv``. annual_factor: period -> factor to a year, printed in every row. min_n: a
    cell with fewer paid jobs keeps its counts and loses its figures. Currencies are never mixed; jobs without
    annualisable pay are counted in rows without currency.
    """
    jobs = jobs_of(postings)
    none = pd.Series(pd.NA, index=jobs.index, dtype="string")
    counted = jobs[["role", *COUNTED]]
    cut = (counted.assign(cut=name, value=none if name == "all" else jobs[name]) for name in CUTS)
    stats = pd.concat([cells(jobs_of_cut, _KEYS, min_n) for jobs_of_cut in cut], ignore_index=True)
    stats["annualisation"] = annualisation_rule(annual_factor)
    return typed(_with_article(stats), SALARY_STATS)[SALARY_STATS.names].sort_values(
        _KEYS, na_position="last", ignore_index=True
    )


def annualisation_rule(annual_factor: dict[str, float]) -> str:
    """The rule in words: ``year x 1, month x 12, ...``."""
    return ", ".join(f"{period} x {factor:g}" for period, factor in annual_factor.items())


def _with_article(stats: pd.DataFrame) -> pd.DataFrame:
    """With the article's figure for the cell, which is in US dollars, and the difference of ours to it."""
    figures = pd.DataFrame(
        [(pay.role, "USD", pay.cut, pay.value, pay.usd_a_year, pay.measure, pay.source) for pay in article_pay()],
        columns=[*_KEYS, "article_figure", "article_measure", "article_source"],
    )
    cell = stats[_KEYS].fillna("").astype(object)
    beside = cell.merge(figures.astype(dict.fromkeys(_KEYS, object)), on=_KEYS, how="left").drop(columns=_KEYS)
    stats = stats.join(beside)
    return stats.assign(difference=(stats["mid_median"] - stats["article_figure"]).round(2))
