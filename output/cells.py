"""Pay figures of cells: what every report that cuts jobs by anything counts, and how."""

from __future__ import annotations

import numpy as np
import pandas as pd

from output.frames import one_row_a_job, with_midpoint
from output.medians import median_by_employer, median_interval
from output.outliers import fences, outlier_reasons
from output.seniority import seniority

DEFAULT_MIN_N = 5
"""A cell with fewer jobs behind its figures keeps its counts and loses the figures."""

QUANTILES = {"p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9}
ENDS = ("low", "mid", "high")
COUNTED = ["currency", "company", "is_part_time", "is_contract", "set_aside", *ENDS]
"""What ``cells`` needs of a job beside its keys."""

COUNTS = ["postings", "with_pay", "outliers", "employers", "part_time", "contract"]
FIGURES = [
    *(f"{end}_{name}" for end in ENDS for name in QUANTILES),
    "mid_median_from",
    "mid_median_to",
    "mid_median_by_employer",
]


def jobs_of(postings: pd.DataFrame) -> pd.DataFrame:
    """One row a job, with what cells are counted and cut by.

    postings: columns of ``postings.csv``. Adds ``low mid high`` (a year), ``currency`` (only where the pay can be
    annualised), ``set_aside`` (why its pay is an outlier), ``seniority``, and the cuts ``region`` (``US-NY``) and
    ``city`` (``US-NY Albany``) of the first place, which replace the plain ones.
    """
    jobs = with_midpoint(one_row_a_job(postings))
    region = (jobs["country"] + "-" + jobs["region"]).fillna(jobs["country"])
    return jobs.assign(
        currency=jobs["salary_currency"].where(jobs["mid"].notna()),
        set_aside=outlier_reasons(jobs, fences(jobs)),
        seniority=seniority(jobs["title"]),
        region=region.where(jobs["region"].notna()),
        city=((region + " ").fillna("") + jobs["city"]).astype("string"),
    )


def cells(jobs: pd.DataFrame, keys: list[str], min_n: int = DEFAULT_MIN_N) -> pd.DataFrame:
    """Counts and pay figures of each combination of the keys, sorted by them, missing ones last.

    jobs: the columns ``COUNTED`` of what ``jobs_of`` gave, and the keys. ``currency`` must be among the keys, so
    that currencies are never mixed. Returns the keys, ``COUNTS``, ``postings_of_cell``,
    ``disclosure_share`` and ``FIGURES``, which pay of an unknown currency has none of.
    """
    assert "currency" in keys
    jobs = jobs.assign(cell=jobs.groupby(keys, dropna=False, sort=True).ngroup())
    found = jobs[["cell", *keys]].drop_duplicates("cell").set_index("cell").sort_index()
    found = found.join(_counts(jobs)).join(_figures(jobs, min_n))
    others = [key for key in keys if key != "currency"]
    in_cell = found.groupby(others, dropna=False)["postings"].transform("sum") if others else found["postings"].sum()
    return found.assign(postings_of_cell=in_cell, disclosure_share=(found["with_pay"] / in_cell).round(4)).reset_index(
        drop=True
    )


def _counts(jobs: pd.DataFrame) -> pd.DataFrame:
    paid = jobs["mid"].notna()
    counted = jobs[["cell", "company"]].assign(
        paid=paid,
        outlier=jobs["set_aside"].notna(),
        part_time=jobs["is_part_time"].fillna(False).astype(bool) & paid,
        contract=jobs["is_contract"].fillna(False).astype(bool) & paid,
    )
    return counted.groupby("cell").agg(
        postings=("paid", "size"),
        with_pay=("paid", "sum"),
        outliers=("outlier", "sum"),
        employers=("company", "nunique"),
        part_time=("part_time", "sum"),
        contract=("contract", "sum"),
    )


def _figures(jobs: pd.DataFrame, min_n: int) -> pd.DataFrame:
    """Figures of the cells with ``min_n`` jobs or more that state pay and are not set aside, by ``cell``."""
    is_used = jobs["mid"].notna() & jobs["set_aside"].isna() & jobs["currency"].notna()
    used = jobs.loc[is_used, ["cell", *ENDS, "company"]]
    used = used[used.groupby("cell")["mid"].transform("size") >= min_n]
    ends = used[["cell"]].assign(**{end: used[end].to_numpy(float, na_value=np.nan) for end in ENDS})
    grouped = ends.groupby("cell")[list(ENDS)]
    quantiles = pd.concat([grouped.quantile(q).add_suffix(f"_{name}") for name, q in QUANTILES.items()], axis=1)
    return quantiles.join(_medians(ends["cell"], ends["mid"], used["company"])).round(2)


def _medians(numbers: pd.Series, mids: pd.Series, companies: pd.Series) -> pd.DataFrame:
    """The interval of each cell's median and its employer-weighted median."""
    employers = pd.factorize(companies)[0]
    order = np.argsort(numbers.to_numpy(), kind="stable")
    of_cell, starts = np.unique(numbers.to_numpy()[order], return_index=True)
    rows = [
        (*median_interval(mids.to_numpy()[rows]), median_by_employer(mids.to_numpy()[rows], employers[rows]))
        for rows in np.split(order, starts[1:])
        if len(rows)
    ]
    return pd.DataFrame(rows, index=of_cell, columns=FIGURES[-3:], dtype=float)
