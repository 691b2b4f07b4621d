"""Titles against duties."""

from __future__ import annotations

import pandas as pd

from output.columns import TITLE_CHECK, TITLE_MATRIX
from output.frames import one_row_a_job, open_ads, typed
from taggers.reading import NO_ROLE, VERDICTS


def title_check(postings: pd.DataFrame) -> pd.DataFrame:
    """The open postings whose title claims a role, in the order of ``postings``."""
    shown = open_ads(postings)
    claiming = shown[shown["title_role"].notna()]
    return typed(claiming[TITLE_CHECK.names], TITLE_CHECK).reset_index(drop=True)


def verdict_counts(postings: pd.DataFrame) -> pd.DataFrame:
    """Distinct jobs by role and title verdict: one row a role, one column a verdict, zeros included."""
    jobs = one_row_a_job(postings)
    return pd.crosstab(jobs["role"], jobs["title_verdict"])


def title_matrix(postings: pd.DataFrame) -> pd.DataFrame:
    """Distinct jobs by the role the title claims and the role the duties describe; one row a pair that occurs."""
    jobs = one_row_a_job(postings)
    jobs = jobs.assign(title_role=jobs["title_role"].fillna(NO_ROLE), role=jobs["role"].fillna(NO_ROLE))
    for verdict in VERDICTS:
        jobs[verdict.replace(" ", "_")] = (jobs["title_verdict"] == verdict).fillna(False)
    grouped = jobs.groupby(["title_role", "role"])
    matrix = grouped[[verdict.replace(" ", "_") for verdict in VERDICTS]].sum()
    matrix.insert(0, "postings", grouped.size())
    of_title = matrix.groupby("title_role")["postings"].transform("sum")
    return typed(matrix.assign(share=(matrix["postings"] / of_title).round(4)).reset_index(), TITLE_MATRIX)[
        TITLE_MATRIX.names
    ]
