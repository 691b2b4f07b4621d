"""Two stores, or two folders of reports, side by side: what each role's jobs and pay were before and after."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import store
from output.cells import COUNTED, DEFAULT_MIN_N, cells, jobs_of
from output.columns import COMPARED_ADS, COMPARED_ROLES, POSTINGS
from output.frames import open_ads, read_frames, typed, without_contacts
from output.write_table import with_formulas
from scraper.errors import UserError

FIGURES = ("postings", "with_pay", "employers", "mid_median")
COMPARED = ("title", "role", "title_verdict", "salary_year_min", "salary_year_max", "city", "remote")
"""Columns of an ad whose change is told."""

_KEYS = ["role", "currency"]


class NotComparableError(UserError):
    """A side of the comparison that cannot be read."""


def read_postings(address: str) -> pd.DataFrame:
    """The open postings of a store, or of a folder of reports; raises NotComparableError or StoreError."""
    folder = Path(address)
    if not folder.is_dir():
        opened = store.open_store(address, must_exist=True)
        postings = read_frames(opened, with_duties=False).postings
        opened.close()
        return open_ads(postings)
    path = folder / POSTINGS.file
    if not path.is_file():
        raise NotComparableError(f"{path}: no such file; name a store, or a folder that rolecall report wrote")
    frame = pd.read_csv(path, dtype={column.name: column.dtype for column in POSTINGS.columns})
    return without_contacts(open_ads(with_formulas(typed(frame, POSTINGS))))


def compared_roles(before: pd.DataFrame, after: pd.DataFrame, min_n: int = DEFAULT_MIN_N) -> pd.DataFrame:
    """Counts and median pay of both sides by role and currency; a side without such jobs counts 0."""
    sides = [
        cells(jobs_of(postings)[["role", *COUNTED]], _KEYS, min_n)[[*_KEYS, *FIGURES]] for postings in (before, after)
    ]
    both = sides[0].merge(sides[1], on=_KEYS, how="outer", suffixes=("_before", "_after"))
    counts = [f"{name}_{side}" for name in FIGURES[:3] for side in ("before", "after")]
    both[counts] = both[counts].fillna(0)
    both["postings_difference"] = both["postings_after"] - both["postings_before"]
    both["mid_median_difference"] = (both["mid_median_after"] - both["mid_median_before"]).round(2)
    return typed(both, COMPARED_ROLES)[COMPARED_ROLES.names].sort_values(_KEYS, ignore_index=True)


def compared_ads(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Ads of one side only, and what changed in ads of both, by posting."""
    gone, new = (_only_in(one, other) for one, other in ((before, after), (after, before)))
    both = before.merge(after, on="posting_id", suffixes=("_before", "_after"))
    found = pd.concat(
        [gone.assign(change="gone"), new.assign(change="new"), *(_changed(both, name) for name in COMPARED)]
    )
    return typed(found.reindex(columns=COMPARED_ADS.names), COMPARED_ADS).sort_values(
        ["posting_id", "change", "column"], ignore_index=True
    )


def _only_in(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    return one.loc[~one["posting_id"].isin(other["posting_id"]), ["posting_id", "title", "company", "role"]]


def _changed(both: pd.DataFrame, name: str) -> pd.DataFrame:
    """Rows of the ads in which the column differs; a value that came or went differs too."""
    was, now = both[f"{name}_before"].astype("string"), both[f"{name}_after"].astype("string")
    rows = both[was.fillna("") != now.fillna("")]
    latest = {each: rows[f"{each}_after"] for each in ("title", "company", "role")}
    return pd.DataFrame({"posting_id": rows["posting_id"], **latest}).assign(
        change="changed", column=name, before=was[rows.index], after=now[rows.index]
    )
