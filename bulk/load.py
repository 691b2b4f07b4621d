"""Parts -> the store, in their order: ads get their numbers and their ids, each of which stands once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Table, bindparam, literal_column, select

import store
from bulk.part import AD, CHILDREN, HASHVALUES, Part
from pipelines.group_duplicates import alone
from pipelines.link_duplicates import HashValues, as_rows
from scraper.files import row_id
from store import Store
from store.loading import load_rows

_KNOWN = select(store.postings.c.posting_id).where(store.postings.c.posting_id.in_(bindparam("ids", expanding=True)))
IDS_AT_ONCE = 500

ROWID: ColumnElement[int] = literal_column("postings.rowid")
"""SQLite numbers rows as they come: this is ``row_no``, and found without a search."""


class Loader:
    """Stores parts one after another."""

    def __init__(self, opened: Store) -> None:
        self.opened = opened
        self.n_ads = 0
        self.messages: list[str] = []
        """What was found wrong with files, rows and ids, in order."""
        self.n_lost = 0
        self._n_rows: Counter[str] = Counter()
        """Rows so far, by file."""
        self._n_of_id: dict[str, int] = {}
        """How often an id has come that came more than once."""
        self._hashvalues = bytearray()

    def add(self, part: Part) -> None:
        """Number the part's ads on from those before, and store them."""
        self.messages += part.messages
        self.n_lost += part.n_lost
        with self.opened.writing() as connection:
            ids = self._distinct(connection, self._named(part), part)
            self._load(connection, part, ids)
        self.n_ads += len(ids)
        self._hashvalues += part.hashvalues

    @property
    def hashvalues(self) -> HashValues:
        """Those of all ads; while somebody holds them, no part can be added."""
        return as_rows(self._hashvalues)

    def _named(self, part: Part) -> list[str]:
        """The ads' ids: rows without one are called by their number in the whole file."""
        names = ("posting_id", "source", "ref", "row_no")
        rows = zip(*(part.postings[name].to_pylist() for name in names), strict=True)
        ids: list[str] = []
        for piece in part.pieces:
            before = self._n_rows[piece.path]
            for _ in range(piece.n_rows):
                posting_id, source, ref, row_no = next(rows)
                is_numbered = before and not ref and posting_id == row_id(source, row_no)
                ids.append(row_id(source, before + row_no) if is_numbered else posting_id)
            self._n_rows[piece.path] += piece.n_rows
        return ids

    def _distinct(self, connection: Connection, ids: list[str], part: Part) -> list[str]:
        """The ids, with ``#2`` and so on behind those that stand on an earlier row."""
        taken = self._known(connection, ids)
        paths = [piece.path for piece in part.pieces for _ in range(piece.n_rows)]
        distinct = []
        for posting_id, path in zip(ids, paths, strict=True):
            own = posting_id
            while own in taken:
                number = self._n_of_id[posting_id] = self._n_of_id.get(posting_id, 1) + 1
                own = f"{posting_id}#{number}"
                taken |= self._known(connection, [own])
            if own != posting_id:
                where = f"{path}: id {posting_id!r} stands on more than one row"
                self.messages.append(f"warning: {where}; this one is called {own!r}")
            taken.add(own)
            distinct.append(own)
        return distinct

    @staticmethod
    def _known(connection: Connection, ids: list[str]) -> set[str]:
        found: set[str] = set()
        for at in range(0, len(ids), IDS_AT_ONCE):
            found |= set(connection.scalars(_KNOWN, {"ids": ids[at : at + IDS_AT_ONCE]}))
        return found

    def _load(self, connection: Connection, part: Part, ids: list[str]) -> None:
        numbers = range(self.n_ads + 1, self.n_ads + len(ids) + 1)
        own: dict[str, list[Any]] = {
            "posting_id": ids,
            "row_no": list(numbers),
            "group_id": [alone(each) for each in ids],
        }
        _insert(connection, store.postings, part.postings.drop_columns([HASHVALUES]), own)
        for table in CHILDREN:
            rows = part.tables[table.name]
            parents: dict[str, list[Any]] = {"posting_id": [ids[number] for number in rows[AD].to_pylist()]}
            _insert(connection, table, rows.drop_columns([AD]), parents)


def _insert(connection: Connection, table: Table, rows: pa.Table, own: dict[str, list[Any]]) -> None:
    names = rows.column_names
    columns = [own.get(name) or rows[name].to_pylist() for name in names]
    load_rows(connection, table, names, zip(*columns, strict=True))


def stored_ids(opened: Store, first: int, n_ads: int) -> tuple[list[str], list[str]]:
    """The ids and the groups of ads, as the store has them; first: number of the first of them, from 0."""
    query = select(store.postings.c.posting_id, store.postings.c.group_id).order_by(ROWID)
    of_rows = query.where(ROWID.between(first + 1, first + n_ads))
    with opened.engine.connect() as connection:
        rows = connection.execute(of_rows).all()
    return [row[0] for row in rows], [row[1] for row in rows]
