"""A part: the tagged ads of one chunk as Arrow tables of the store's columns, and as bytes that keep and travel."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

import store
from pipelines.link_duplicates import HASHVALUE_BYTES, hashvalues_of
from scraper.items import Posting
from store.rows import candidate_rows, duty_rows, place_rows, posting_row
from store.tables import NO_TEXT

AD = "ad"
"""Column of the child tables: the number, from 0, of the part's posting that the row belongs to."""

HASHVALUES = "hashvalues"
"""Column of the postings that the store does not keep: what ``link_duplicates.hashvalues_of`` gave."""

CHILDREN = {store.duties: duty_rows, store.places: place_rows, store.pay_candidates: candidate_rows}
TABLES = (store.postings, *CHILDREN)


@dataclass(frozen=True)
class Read:
    """How many rows a piece of a file gave."""

    path: str
    n_rows: int


@dataclass(frozen=True)
class Part:
    """The tagged ads of one chunk."""

    tables: dict[str, pa.Table]
    """By the names of the store's tables, in the order of the ads; ``posting_id`` and ``row_no`` are the piece's."""
    pieces: tuple[Read, ...]
    messages: tuple[str, ...]
    """What was found wrong, in order."""
    n_lost: int

    @property
    def postings(self) -> pa.Table:
        return self.tables[store.postings.name]

    @property
    def hashvalues(self) -> bytes:
        """The ``HASHVALUE_BYTES`` of every ad, joined."""
        return b"".join(self.postings[HASHVALUES].to_pylist())

    def to_bytes(self) -> bytes:
        """The part as one Arrow stream behind another."""
        said = {"pieces": [[each.path, each.n_rows] for each in self.pieces], "messages": self.messages}
        about = json.dumps({**said, "n_lost": self.n_lost}).encode()
        sink = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        for table in TABLES:
            rows = self.tables[table.name].replace_schema_metadata({"about": about})
            with pa.ipc.new_stream(sink, rows.schema, options=options) as stream:
                stream.write_table(rows)
        packed: bytes = sink.getvalue().to_pybytes()
        return packed

    @classmethod
    def from_bytes(cls, data: bytes) -> Part:
        source = pa.BufferReader(data)
        tables = {table.name: pa.ipc.open_stream(source).read_all() for table in TABLES}
        about = json.loads(tables[store.postings.name].schema.metadata[b"about"])
        pieces = tuple(Read(path, n_rows) for path, n_rows in about["pieces"])
        return cls(tables, pieces, tuple(about["messages"]), about["n_lost"])


def part_of(postings: Sequence[Posting], pieces: Iterable[Read], messages: Iterable[str], n_lost: int) -> Part:
    """The part of tagged postings."""
    parents = _table(store.postings, [posting_row(posting) for posting in postings])
    packed = list(hashvalues_of(posting.shingles for posting in postings))
    tables = {store.postings.name: parents.append_column(HASHVALUES, pa.array(packed, pa.binary(HASHVALUE_BYTES)))}
    for table, rows_of in CHILDREN.items():
        pairs = [(number, row) for number, posting in enumerate(postings) for row in rows_of(posting)]
        rows = _table(table, [row for _, row in pairs])
        tables[table.name] = rows.append_column(AD, pa.array([number for number, _ in pairs], pa.int32()))
    return Part(tables, tuple(pieces), tuple(messages), n_lost)


def joined(parts: Sequence[Part]) -> Part:
    """Parts that follow each other as one."""
    tables: dict[str, list[pa.Table]] = {table.name: [] for table in TABLES}
    n_ads = 0
    for part in parts:
        for name, rows in part.tables.items():
            tables[name].append(_moved(rows, n_ads) if AD in rows.column_names else rows)
        n_ads += part.postings.num_rows
    plain = {name: pa.concat_tables([rows.replace_schema_metadata(None) for rows in tables[name]]) for name in tables}
    return replace(parts[0], tables=plain, pieces=tuple(piece for part in parts for piece in part.pieces))


def _moved(rows: pa.Table, n_ads: int) -> pa.Table:
    at = rows.column_names.index(AD)
    return rows.set_column(at, AD, pc.add(rows[AD], pa.scalar(n_ads, pa.int32())))


def _table(declared: sa.Table, rows: list[dict[str, Any]]) -> pa.Table:
    columns = {column.name: _cells([row[column.name] for row in rows], column) for column in declared.columns}
    return pa.table(columns)


def _cells(values: list[Any], column: sa.Column[Any]) -> pa.Array:
    kind = _arrow_type(column)
    try:
        cells = pa.array(values, kind)
    except UnicodeEncodeError:
        cells = None
    if cells is None or (kind == pa.string() and pc.any(pc.match_substring(cells, "\0")).as_py()):
        cells = pa.array([value and NO_TEXT.sub("\ufffd", value) for value in values], kind)
    return cells


def _arrow_type(column: sa.Column[Any]) -> pa.DataType:
    kinds: dict[type, pa.DataType] = {int: pa.int64(), float: pa.float64(), bool: pa.bool_(), bytes: pa.binary()}
    return kinds.get(column.type.python_type, pa.string())
