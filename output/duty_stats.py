"""How often each of the article's definitions occurs in the ads of each role."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from output.columns import DUTY_STATS
from output.frames import one_row_a_job, typed

_KEYS = ["definition", "role"]
_ANY = ""


def duty_stats(postings: pd.DataFrame, duties: pd.DataFrame) -> pd.DataFrame:
    """Duties, distinct jobs, share and lift of each definition that occurs, by role and over all.

    postings: columns of ``postings.csv``; duties: ``posting_id`` and ``definitions`` of ``duties.csv``. The bases are
    the jobs that list any duty.
    """
    return duty_stats_of([count_duties(one_row_a_job(postings), duties)])


def count_duties(jobs: pd.DataFrame, duties: pd.DataFrame) -> pd.DataFrame:
    """Duties and jobs by definition and role; those of several sets of jobs can be added up.

    jobs: ``posting_id`` and ``role``, one row a job; duties: as for ``duty_stats``, those of no job of the set do not
    count. Rows without definition count the jobs that list any duty. Works on numbers: a store has millions of duties,
    but few different ``definitions``.
    """
    job_of = pd.Index(jobs["posting_id"]).get_indexer(pd.Index(duties["posting_id"]))
    counted = pd.DataFrame({"job": job_of, "definitions": duties["definitions"].fillna("").astype("category").array})
    counted = counted[counted["job"] >= 0]
    bases = jobs["role"].iloc[counted["job"].unique()].value_counts().rename_axis("role").reset_index(name="postings")
    together = [set(names.split()) for names in counted["definitions"].cat.categories.tolist()]
    found = [
        _counted(definition, np.array([definition in names for names in together]), counted, jobs["role"])
        for definition in sorted(set().union(*together))
    ]
    return pd.concat([bases.assign(definition=_ANY, duties=0), *found], ignore_index=True)[
        [*_KEYS, "duties", "postings"]
    ]


def duty_stats_of(counts: list[pd.DataFrame]) -> pd.DataFrame:
    """``duty_stats`` of all the jobs that ``count_duties`` counted, some at a time."""
    added = pd.concat(counts).groupby(_KEYS, as_index=False)[["duties", "postings"]].sum()
    bases = added[added["definition"] == _ANY].set_index("role")["postings"]
    stats = added[added["definition"] != _ANY].reset_index(drop=True)
    of_role = {**bases.to_dict(), "all": bases.sum()}
    stats["postings_of_role"] = pd.Series([of_role[role] for role in stats["role"]], index=stats.index, dtype=float)
    return typed(_with_lift(stats), DUTY_STATS)[DUTY_STATS.names].sort_values(_KEYS, ignore_index=True)


def _counted(definition: str, has_it: npt.NDArray[np.bool_], counted: pd.DataFrame, roles: pd.Series) -> pd.DataFrame:
    """One definition's instances and jobs by role, and over all roles; has_it: whether each category names it."""
    of_job = counted["job"].to_numpy()[has_it[counted["definitions"].cat.codes]]
    by_role = pd.DataFrame(
        {"duties": roles.iloc[of_job].value_counts(), "postings": roles.iloc[np.unique(of_job)].value_counts()}
    )
    by_role = pd.concat([by_role, by_role.sum().to_frame("all").T])
    return by_role.rename_axis("role").reset_index().assign(definition=definition)


def _with_lift(stats: pd.DataFrame) -> pd.DataFrame:
    share = stats["postings"].astype(float) / stats["postings_of_role"]
    is_all = stats["role"] == "all"
    of_all = stats["definition"].map(share[is_all].set_axis(stats.loc[is_all, "definition"])).astype(float)
    return stats.assign(share=share.round(4), lift=(share / of_all).where(~is_all).round(4))
