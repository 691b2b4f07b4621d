"""The store as typed DataFrames, and the frame functions that several reports share."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import sqlalchemy
from sqlalchemy import Select, select

import store
from output.columns import DUTIES, PAY_LEDGER, PLACES, POSTINGS, TITLE_CHECK, Table


@dataclass(frozen=True)
class Frames:
    """What a store holds, one frame a table, in the order of the files."""

    postings: pd.DataFrame
    """One row a posting; the columns of ``postings.csv`` and of ``title_check.csv``."""

    duties: pd.DataFrame
    """One row a duty; the columns of ``duties.csv``."""

    places: pd.DataFrame
    """One row a posting and place; the columns of ``places.csv``."""

    pay_ledger: pd.DataFrame
    """One row a sum of money that was looked at; the columns of ``pay_ledger.csv``."""


def read_frames(opened: store.Store) -> Frames:
    """Every posting, duty and place of the store.

    Rows of ``rolecall tag`` stand in the order of the files given to it, crawled ones by source and id.
    """
    order = (store.postings.c.row_no, store.postings.c.source, store.postings.c.posting_id)
    names = list(dict.fromkeys([*POSTINGS.names, *TITLE_CHECK.names, "row_no"]))
    postings = _read(
        opened, select(*(store.postings.c[name] for name in names)).order_by(*order), POSTINGS, TITLE_CHECK
    )
    return Frames(
        postings=postings,
        duties=_children(opened, store.duties, DUTIES, "duty_no"),
        places=_children(opened, store.places, PLACES, "place_no"),
        pay_ledger=_children(opened, store.pay_candidates, PAY_LEDGER, "candidate_no"),
    )


def _children(opened: store.Store, table: sqlalchemy.Table, declared: Table, number: str) -> pd.DataFrame:
    parents = store.postings
    query = (
        select(*(table.c[name] for name in declared.names))
        .join(parents, parents.c.posting_id == table.c.posting_id)
        .order_by(parents.c.row_no, parents.c.source, table.c.posting_id, table.c[number])
    )
    return _read(opened, query, declared)


def _read(opened: store.Store, query: Select[tuple[object, ...]], *declared: Table) -> pd.DataFrame:
    with opened.engine.connect() as connection:
        frame = pd.read_sql(query, connection)
    return typed(frame, *declared)


def typed(frame: pd.DataFrame, *declared: Table) -> pd.DataFrame:
    """The frame with the dtypes that the tables declare; raises ValueError naming missing columns."""
    dtypes = {column.name: column.dtype for table in declared for column in table.columns}
    if missing := [name for name in dtypes if name not in frame.columns]:
        raise ValueError(f"missing column(s) {missing}; got {list(frame.columns)}")
    return frame.astype(dtypes)


def one_row_a_job(postings: pd.DataFrame) -> pd.DataFrame:
    """The first row of each ``group_id``: the same job on several boards counts once; rows without group stay."""
    return postings[~postings["group_id"].duplicated() | postings["group_id"].isna()]


def with_midpoint(postings: pd.DataFrame) -> pd.DataFrame:
    """With ``low``, ``high`` and ``mid`` by the year; the midpoint of an open range is its stated end."""
    low, high = postings["salary_year_min"], postings["salary_year_max"]
    return postings.assign(low=low, high=high, mid=(low.fillna(high) + high.fillna(low)) / 2)
