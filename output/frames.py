"""The store as typed DataFrames, and the frame functions that several reports share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import sqlalchemy
from sqlalchemy import Select, select

import store
from output.columns import DUTIES, PAY_LEDGER, PLACES, POSTINGS, TITLE_CHECK, Table
from output.outliers import fences, outlier_reasons

TAKEN = "taken"
"""Verdict of the ledger's sum that is the ad's pay."""


ROWS_AT_ONCE = 20_000
"""Rows read in one piece: as Python's objects they take several times the memory that they take in a frame."""


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

    runs: pd.DataFrame
    """One row a run and source; the columns of the store's ``runs``."""

    rejections: pd.DataFrame
    """One row a run, source and reason why ads were not kept, with their number ``n``."""


def read_frames(opened: store.Store, *, with_duties: bool = True) -> Frames:
    """Every posting, duty and place of the store, and its runs.

    Rows of ``rolecall tag`` stand in the order of the files given to it, crawled ones by source and id. Without duties
    their frame is empty: they are most of a store, and ``read_duties`` gives them piece by piece.
    """
    order = (store.postings.c.row_no, store.postings.c.source, store.postings.c.posting_id)
    names = list(dict.fromkeys([*POSTINGS.names, *TITLE_CHECK.names]))
    postings = _read(
        opened, select(*(store.postings.c[name] for name in names)).order_by(*order), POSTINGS, TITLE_CHECK
    )
    duties = list(read_duties(opened)) if with_duties else []
    ledger = _typed_children(opened, store.pay_candidates, PAY_LEDGER, "candidate_no")
    return Frames(
        postings=postings,
        duties=pd.concat(duties, ignore_index=True) if duties else typed(pd.DataFrame(columns=DUTIES.names), DUTIES),
        places=_typed_children(opened, store.places, PLACES, "place_no"),
        pay_ledger=with_set_aside(ledger, postings),
        runs=_read(opened, select(store.runs).order_by(*store.runs.primary_key.columns)),
        rejections=_read(opened, select(store.rejections).order_by(*store.rejections.primary_key.columns)),
    )


def read_duties(opened: store.Store) -> Iterator[pd.DataFrame]:
    """The rows of ``duties.csv``, ``ROWS_AT_ONCE`` in a frame; at least one frame."""
    return _pieces(opened, _children(store.duties, DUTIES, "duty_no"), DUTIES)


def _children(table: sqlalchemy.Table, declared: Table, number: str) -> Select[tuple[object, ...]]:
    """The table's rows in the order of their postings, with those of the declared columns that it has."""
    parents = store.postings
    return (
        select(*(table.c[name] for name in declared.names if name in table.c))
        .join(parents, parents.c.posting_id == table.c.posting_id)
        .order_by(parents.c.row_no, parents.c.source, table.c.posting_id, table.c[number])
    )


def _typed_children(opened: store.Store, table: sqlalchemy.Table, declared: Table, number: str) -> pd.DataFrame:
    return _read(opened, _children(table, declared, number), declared)


def _read(opened: store.Store, query: Select[tuple[object, ...]], *declared: Table) -> pd.DataFrame:
    return pd.concat(_pieces(opened, query, *declared), ignore_index=True)


def _pieces(opened: store.Store, query: Select[tuple[object, ...]], *declared: Table) -> Iterator[pd.DataFrame]:
    """The rows in typed frames; a declared column that the query does not have is empty."""
    names = [name for table in declared for name in table.names]
    with opened.engine.connect().execution_options(stream_results=True) as connection:
        for frame in pd.read_sql(query, connection, chunksize=ROWS_AT_ONCE):
            yield typed(frame.reindex(columns=list(dict.fromkeys([*frame.columns, *names]))), *declared)


def with_set_aside(ledger: pd.DataFrame, postings: pd.DataFrame) -> pd.DataFrame:
    """The ledger with the reason why a taken sum is an outlier."""
    paid = with_midpoint(open_ads(postings))
    reasons = outlier_reasons(paid, fences(one_row_a_job(paid)))
    of_posting = reasons.set_axis(paid["posting_id"])
    return ledger.assign(
        set_aside=ledger["posting_id"].map(of_posting.dropna()).where(ledger["verdict"] == TAKEN).astype("string")
    )


def typed(frame: pd.DataFrame, *declared: Table) -> pd.DataFrame:
    """The frame with the dtypes that the tables declare; raises ValueError naming missing columns."""
    dtypes = {column.name: column.dtype for table in declared for column in table.columns}
    if missing := [name for name in dtypes if name not in frame.columns]:
        raise ValueError(f"missing column(s) {missing}; got {list(frame.columns)}")
    return frame.astype(dtypes)


def open_ads(postings: pd.DataFrame) -> pd.DataFrame:
    """The postings that their boards still show, which are the ones that statistics count."""
    return postings[postings["closed_on"].isna()] if "closed_on" in postings else postings


def one_row_a_job(postings: pd.DataFrame) -> pd.DataFrame:
    """The first open ad of each ``group_id``: the same job on several boards counts once; rows without group stay."""
    postings = open_ads(postings)
    return postings[~postings["group_id"].duplicated() | postings["group_id"].isna()]


def with_midpoint(postings: pd.DataFrame) -> pd.DataFrame:
    """With ``low``, ``high`` and ``mid`` by the year; the midpoint of an open range is its stated end."""
    low, high = postings["salary_year_min"], postings["salary_year_max"]
    return postings.assign(low=low, high=high, mid=(low.fillna(high) + high.fillna(low)) / 2)
