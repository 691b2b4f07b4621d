"""How often each of the article's definitions occurs in the ads of each role."""

from __future__ import annotations

import numpy as np
import pandas as pd

from output.columns import DUTY_STATS
from output.frames import one_row_a_job, typed

_KEYS = ["definition", "role"]


def duty_stats(postings: pd.DataFrame, duties: pd.DataFrame) -> pd.DataFrame:
    """Duties, distinct jobs, share and lift of each definition that occurs, by role and over all.

    postings: columns of ``postings.csv``; duties: ``posting_id`` and ``definitions`` of ``duties.csv``. The bases are
    the jobs that list any duty. Works on numbers: a store has millions of duties, but few different ``definitions``.
    """
    jobs = one_row_a_job(postings)[["posting_id", "role"]]
    job_of = pd.Index(jobs["posting_id"]).get_indexer(pd.Index(duties["posting_id"]))
    counted = pd.DataFrame({"job": job_of, "definitions": duties["definitions"].fillna("").astype("category").array})
    counted = counted[counted["job"] >= 0]
    bases = jobs["role"].iloc[counted["job"].unique()].value_counts()
    found = [_counted(definition, counted, jobs["role"]) for definition in _occurring(counted["definitions"])]
    stats = pd.concat([pd.DataFrame(columns=[*_KEYS, "duties", "postings"]), *found], ignore_index=True)
    stats["postings_of_role"] = stats["role"].map({**bases.to_dict(), "all": bases.sum()}).astype(float)
    return typed(_with_lift(stats), DUTY_STATS)[DUTY_STATS.names].sort_values(_KEYS, ignore_index=True)


def _occurring(definitions: pd.Series) -> list[str]:
    return sorted({each for together in definitions.cat.categories for each in together.split()})


def _counted(definition: str, counted: pd.DataFrame, roles: pd.Series) -> pd.DataFrame:
    """One definition's instances and jobs by role, and over all roles."""
    categories = counted["definitions"].cat.categories
    has_it = np.array([definition in together.split() for together in categories])
    of_job = counted["job"].to_numpy()[has_it[counted["definitions"].cat.codes]]
    by_role = pd.DataFrame(
        {"duties": roles.iloc[of_job].value_counts(), "postings": roles.iloc[np.unique(of_job)].value_counts()}
    )
    by_role = pd.concat([by_role, by_role.sum().to_frame("all").T])
    return by_role.rename_axis("role").reset_index().assign(definition=definition)


def _with_lift(stats: pd.DataFrame) -> pd.DataFrame:
    share = stats["postings"].astype(float) / stats["postings_of_role"]
    is_all = stats["role"] == "all"
    of_all = stats["definition"].map(share[is_all].set_axis(stats.loc[is_all, "definition"]))
    return stats.assign(share=share.round(4), lift=(share / of_all).where(~is_all).round(4))
