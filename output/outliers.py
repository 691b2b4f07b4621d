"""Pay that is set aside from the statistics, with the reason: far out on the scale of ratios among its own kind."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

MIN_JOBS = 20
"""With fewer paid jobs of a role and currency nobody can tell what is far out, and nothing is set aside."""

FENCE_IQRS = 3.0
"""Tukey's outer fence (Exploratory Data Analysis, 1977): so many interquartile ranges beyond the quartiles."""

MIN_LOG_IQR = 0.1
"""Where half of the jobs pay nearly the same, a fence is never nearer than 3 x 10 % to them."""


def fences(jobs: pd.DataFrame) -> pd.DataFrame:
    """The lowest and highest pay that counts, by role and currency.

    jobs: one row a job: ``role``, ``salary_currency``, ``mid`` (a year). Returns ``role``, ``salary_currency``,
    ``fence_low``, ``fence_high``, ``fence_n`` for those with ``MIN_JOBS`` paid jobs or more.
    """
    paid = jobs[jobs["mid"].notna() & (jobs["mid"] > 0).fillna(False)]
    logs = paid[["role", "salary_currency"]].assign(log=np.log(paid["mid"].to_numpy(float)))
    grouped = logs.groupby(["role", "salary_currency"])["log"]
    found = pd.DataFrame({"p25": grouped.quantile(0.25), "p75": grouped.quantile(0.75), "fence_n": grouped.size()})
    reach = FENCE_IQRS * (found["p75"] - found["p25"]).clip(lower=MIN_LOG_IQR)
    found = found.assign(fence_low=np.exp(found["p25"] - reach), fence_high=np.exp(found["p75"] + reach))
    return found.loc[found["fence_n"] >= MIN_JOBS, ["fence_low", "fence_high", "fence_n"]].reset_index()


def outlier_reasons(postings: pd.DataFrame, of_jobs: pd.DataFrame) -> pd.Series:
    """Why the pay of each posting is set aside, missing where it is not; copies share the verdict of their kind.

    postings: ``role``, ``salary_currency``, ``mid``; of_jobs: what ``fences`` gave. The index of ``postings`` stays.
    """
    beside = postings[["role", "salary_currency", "mid"]].merge(of_jobs, on=["role", "salary_currency"], how="left")
    is_out = (beside["mid"] < beside["fence_low"]) | (beside["mid"] > beside["fence_high"])
    reasons = pd.Series(pd.NA, index=beside.index, dtype="string")
    reasons[is_out.fillna(False)] = [_reason(row) for row in beside[is_out.fillna(False)].to_dict("records")]
    return reasons.set_axis(postings.index)


def _reason(row: dict[Hashable, Any]) -> str:
    return (
        f"outside {row['fence_low']:,.0f} to {row['fence_high']:,.0f} {row['salary_currency']} a year, the range of "
        f"{row['role']} jobs (n={row['fence_n']:.0f})"
    )
