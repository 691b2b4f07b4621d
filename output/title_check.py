"""Titles against duties."""

from __future__ import annotations

import pandas as pd

from output.columns import TITLE_CHECK
from output.frames import one_row_a_job, typed


def title_check(postings: pd.DataFrame) -> pd.DataFrame:
    """The postings whose title claims a role, in the order of ``postings``."""
    claiming = postings[postings["title_role"].notna()]
    return typed(claiming[TITLE_CHECK.names], TITLE_CHECK).reset_index(drop=True)


def verdict_counts(postings: pd.DataFrame) -> pd.DataFrame:
    """Distinct jobs by role and title verdict: one row a role, one column a verdict, zeros included."""
    jobs = one_row_a_job(postings)
    return pd.crosstab(jobs["role"], jobs["title_verdict"])
