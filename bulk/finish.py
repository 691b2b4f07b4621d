"""What a worker does last: tagged parts, numbered and linked by now, become rows of the reports."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

import store
from bulk.part import AD, Part, joined
from output.columns import DUTIES, PAY_LEDGER, PLACES, POSTINGS, TITLE_CHECK, Table
from output.contacts import contacts
from output.duty_stats import count_duties
from output.frames import typed, with_masked_duties, with_set_aside, without_contacts
from output.title_check import title_check
from output.write_table import FORMATS, Format, write_rows

ROW_TABLES = (POSTINGS, DUTIES, PLACES, PAY_LEDGER, TITLE_CHECK)
"""The tables whose rows are made from one ad each."""

_PANDAS = {
    pa.string(): pd.StringDtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


@dataclass(frozen=True)
class Settled:
    """What is known of the ads of some parts once all are stored, one entry an ad."""

    ids: Sequence[str]
    groups: Sequence[str]
    is_counted: npt.NDArray[np.bool_]
    """Whether the ad is the one by which its job is counted."""


@dataclass(frozen=True)
class Finished:
    """The rows of some parts as they stand in the reports."""

    tables: dict[tuple[str, Format], bytes]
    """By file name and format; CSV begins with the header."""
    duties: pd.DataFrame
    """What ``count_duties`` counted."""


def finish(packed: list[bytes], settled: Settled, of_jobs: pd.DataFrame, show_contacts: bool) -> Finished:
    """The reports' rows of parts that follow each other; of_jobs: what ``outliers.fences`` gave for all jobs.

    E-mail addresses and phone numbers are masked unless they are to be shown.
    """
    part = joined([Part.from_bytes(data) for data in packed])
    frames = _frames(part, settled, of_jobs)
    if not show_contacts:
        frames = _masked(frames, settled.ids, part.postings["text"].to_pylist())
    tables = {(table.file, kind): _bytes(frames[table], table, kind) for table in ROW_TABLES for kind in FORMATS}
    jobs = frames[POSTINGS][settled.is_counted].reset_index(drop=True)
    return Finished(tables, count_duties(jobs, frames[DUTIES]))


def _frames(part: Part, settled: Settled, of_jobs: pd.DataFrame) -> dict[Table, pd.DataFrame]:
    postings = _declared(part.postings, settled.ids, POSTINGS, TITLE_CHECK).assign(group_id=settled.groups)
    postings = typed(postings, POSTINGS, TITLE_CHECK)
    ids = np.asarray(settled.ids, object)
    duties, places, ledger = (
        _declared(rows, ids[rows[AD].to_numpy()], table)
        for table, rows in (
            (DUTIES, part.tables[store.duties.name]),
            (PLACES, part.tables[store.places.name]),
            (PAY_LEDGER, part.tables[store.pay_candidates.name]),
        )
    )
    return {
        POSTINGS: postings,
        DUTIES: duties,
        PLACES: places,
        PAY_LEDGER: with_set_aside(ledger, postings, of_jobs),
        TITLE_CHECK: title_check(postings),
    }


def _declared(rows: pa.Table, ids: Sequence[str], *tables: Table) -> pd.DataFrame:
    """The tables' columns of the rows, typed; a column that the rows do not have is empty."""
    names = list(dict.fromkeys(name for table in tables for name in table.names))
    there = frame_of(rows.select([name for name in names if name in rows.column_names]))
    return typed(there.assign(posting_id=ids).reindex(columns=names), *tables)


def _masked(
    frames: dict[Table, pd.DataFrame], ids: Sequence[str], texts: Sequence[str | None]
) -> dict[Table, pd.DataFrame]:
    spans = {key: found for key, text in zip(ids, texts, strict=True) if text and (found := contacts(text))}
    return {
        table: with_masked_duties(frame, spans) if table is DUTIES else without_contacts(frame)
        for table, frame in frames.items()
    }


def frame_of(rows: pa.Table) -> pd.DataFrame:
    """An Arrow table as a typed frame."""
    frame: pd.DataFrame = rows.to_pandas(types_mapper=_PANDAS.get)
    return frame


def _bytes(frame: pd.DataFrame, table: Table, kind: Format) -> bytes:
    file = io.BytesIO()
    write_rows([frame], table, file, kind)
    return file.getvalue()
