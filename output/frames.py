"""The store as typed DataFrames, and the frame functions that several reports share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import sqlalchemy
from sqlalchemy import Select, select

import store
from output.columns import DUTIES, PAY_LEDGER, PLACES, POSTINGS, TITLE_CHECK, Table
from output.contacts import NO_WORDS, Span, contacts, masked, masked_part, may_hold_contacts
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

    revisions: pd.DataFrame
    """One row a change of an ad; the columns of the store's ``revisions``."""


def read_frames(opened: store.Store, *, with_duties: bool = True, show_contacts: bool = False) -> Frames:
    """Every posting, duty and place of the store, and its runs.

    Rows of ``rolecall tag`` stand in the order of the files given to it, crawled ones by source and id. Without duties
    their frame is empty: they are most of a store, and ``read_duties`` gives them piece by piece. E-mail addresses and
    phone numbers are masked (``output.contacts``) unless they are to be shown.
    """
    shown = (lambda frame: frame) if show_contacts else without_contacts
    order = (store.postings.c.row_no, store.postings.c.source, store.postings.c.posting_id)
    names = list(dict.fromkeys([*POSTINGS.names, *TITLE_CHECK.names]))
    postings = _read(
        opened, select(*(store.postings.c[name] for name in names)).order_by(*order), POSTINGS, TITLE_CHECK
    )
    duties = list(read_duties(opened, show_contacts=show_contacts)) if with_duties else []
    ledger = _typed_children(opened, store.pay_candidates, PAY_LEDGER, "candidate_no")
    return Frames(
        postings=shown(postings),
        duties=pd.concat(duties, ignore_index=True) if duties else typed(pd.DataFrame(columns=DUTIES.names), DUTIES),
        places=shown(_typed_children(opened, store.places, PLACES, "place_no")),
        pay_ledger=shown(with_set_aside(ledger, postings)),
        runs=_read(opened, select(store.runs).order_by(*store.runs.primary_key.columns)),
        rejections=_read(opened, select(store.rejections).order_by(*store.rejections.primary_key.columns)),
        revisions=shown(_read(opened, select(store.revisions).order_by(*store.revisions.primary_key.columns))),
    )


def read_duties(opened: store.Store, *, show_contacts: bool = False) -> Iterator[pd.DataFrame]:
    """The rows of ``duties.csv``, ``ROWS_AT_ONCE`` in a frame; at least one frame."""
    pieces = _pieces(opened, _children(store.duties, DUTIES, "duty_no"), DUTIES)
    if show_contacts:
        return pieces
    spans = _contacts_of_texts(opened)
    return (with_masked_duties(piece, spans) for piece in pieces)


def without_contacts(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with e-mail addresses and phone numbers masked in its text; the caller's frame stays."""
    changed = {}
    for name in frame.columns.difference(list(NO_WORDS)):
        column = frame[name]
        if column.dtype in ("string", "object") and may_hold_contacts("\n".join(map(str, column.dropna()))):
            changed[name] = column.map(masked, na_action="ignore").astype(column.dtype)
    return frame.assign(**changed)


def _contacts_of_texts(opened: store.Store) -> dict[str, list[Span]]:
    """Posting id -> where contacts stand in its text, for the postings that have any."""
    query = select(store.postings.c.posting_id, store.postings.c.text).where(store.postings.c.text.is_not(None))
    with opened.engine.connect().execution_options(stream_results=True) as connection:
        return {key: spans for key, text in connection.execute(query) if (spans := contacts(text))}


def with_masked_duties(duties: pd.DataFrame, spans: dict[str, list[Span]]) -> pd.DataFrame:
    """Each duty as it stands in its ad's masked text, so that its offsets stay true, and its evidence with it."""
    concerned = duties[duties["posting_id"].isin(spans.keys())]
    if concerned.empty:
        return duties
    masks = [
        _masked_duty(row["duty"], row["start"], row["evidence"], spans[row["posting_id"]])
        for row in concerned.to_dict("records")
    ]
    duties = duties.copy()
    duties.loc[concerned.index, ["duty", "evidence"]] = masks
    return duties


def _masked_duty(duty: str, start: int, evidence: str, spans: list[Span]) -> tuple[str, str]:
    shown = masked_part(duty, start, spans)
    places = [(words, duty.find(words)) for words in evidence.split("; ")]
    return shown, "; ".join(shown[at : at + len(words)] if at >= 0 else words for words, at in places)


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


def with_set_aside(ledger: pd.DataFrame, postings: pd.DataFrame, of_jobs: pd.DataFrame | None = None) -> pd.DataFrame:
    """The ledger with the reason why a taken sum is an outlier; of_jobs: ``fences`` of all jobs, if not of these."""
    paid = with_midpoint(open_ads(postings))
    reasons = outlier_reasons(paid, fences(one_row_a_job(paid)) if of_jobs is None else of_jobs)
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
