"""Pay and counts of jobs cut by any columns the reader chooses."""

from __future__ import annotations

import pandas as pd

from output.cells import COUNTED, DEFAULT_MIN_N, cells, jobs_of
from output.columns import CURRENCY, POSTINGS, Column, Table, pay_columns
from output.frames import typed
from scraper.errors import UserError

OF_TITLES = Column("seniority", "text", "Seniority as the title states it.")
CUTTABLE = {column.name: column for column in (*POSTINGS.columns, OF_TITLES)}


class UnknownColumnError(UserError):
    """A column to cut by that there is not."""


def cut_table(by: list[str]) -> Table:
    """The file of a cut; raises UnknownColumnError for a column that ``postings.csv`` does not have."""
    if unknown := [name for name in by if name not in CUTTABLE]:
        raise UnknownColumnError(
            f"--by {', '.join(unknown)}: no such column; take columns of postings.csv or seniority"
        )
    keys = [Column(name, CUTTABLE[name].kind, CUTTABLE[name].says) for name in dict.fromkeys(by)]
    names = tuple(key.name for key in keys)
    return Table(f"by_{'_'.join(names)}.csv", f"one {', '.join(names)} and currency", (*names, "currency"),
                 (*keys, CURRENCY, *pay_columns()))  # fmt: skip


def custom_cut(postings: pd.DataFrame, table: Table, min_n: int = DEFAULT_MIN_N) -> pd.DataFrame:
    """Counts and pay figures of distinct jobs by the key of the table.

    postings: columns of ``postings.csv``. Region and city are those of the first place, written as in
    ``salary_stats.csv``.
    """
    jobs = jobs_of(postings)
    by = [name for name in table.key if name != "currency"]
    counted = jobs[[*by, *(name for name in COUNTED if name not in by)]]
    return typed(cells(counted, list(table.key), min_n), table)[table.names]
