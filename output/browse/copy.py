"""A database for browsing, made anew from the store: the tables of the reports, the ads' text, and indexes for search.

The store is only read. What Datasette opens is this copy, so that neither an index nor a reader's query touches the
store, a crawl under way is not disturbed, and a store on PostgreSQL can be browsed too. E-mail addresses and phone
numbers are masked in it, as they are in reports.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

import pandas as pd
from sqlalchemy import select

import store
from output.columns import DUTIES, POSTINGS, Column, Table
from output.contacts import masked
from output.datapackage import ALWAYS_THERE
from output.frames import read_duties, read_frames
from output.write import Options, noting, statistics
from scraper.items import Posting, field_docs

TEXT = Column("text", "text", field_docs(Posting)["text"])

_SQL_TYPES = {"integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}
_SEARCH = (
    """CREATE VIRTUAL TABLE postings_search USING fts5(title, duties, content='', tokenize='porter unicode61')""",
    """INSERT INTO postings_search(rowid, title, duties) SELECT rowid, title,
       (SELECT group_concat(duty, char(10)) FROM duties WHERE duties.posting_id = postings.posting_id) FROM postings""",
    """CREATE VIRTUAL TABLE duties_search USING fts5(duty, content='duties', tokenize='porter unicode61')""",
    """INSERT INTO duties_search(rowid, duty) SELECT rowid, duty FROM duties""",
)


def name_of(table: Table) -> str:
    """The name of the table in the database: that of its file."""
    return table.file.removesuffix(".csv")


def columns_of(table: Table) -> tuple[Column, ...]:
    """The columns of the file; an ad's text, which the file leaves out, behind those of its posting."""
    return (*table.columns, TEXT) if table is POSTINGS else table.columns


def write_copy(opened: store.Store, path: Path, annual_factor: dict[str, float], indexed: dict[str, list[str]]) -> None:
    """Write every table of the reports into a new SQLite file.

    indexed: table -> columns that are counted and filtered by.
    """
    frames, notes = read_frames(opened, with_duties=False), list[pd.DataFrame]()
    with closing(sqlite3.connect(path)) as connection, connection:
        _fill(connection, DUTIES, noting(read_duties(opened), notes, False))
        for table, frame in statistics(frames, pd.concat(notes), annual_factor, Options()).items():
            _fill(connection, table, [frame])
        connection.executemany("UPDATE postings SET text = ? WHERE posting_id = ?", _texts(opened))
        for statement in chain(_SEARCH, _indexes(indexed)):
            connection.execute(statement)


def _fill(connection: sqlite3.Connection, table: Table, pieces: Iterable[pd.DataFrame]) -> None:
    name, columns = name_of(table), columns_of(table)
    declared = [f'"{each.name}" {_SQL_TYPES.get(each.kind, "TEXT")}' for each in columns]
    if all(key in ALWAYS_THERE for key in table.key):
        declared.append(f"PRIMARY KEY ({', '.join(table.key)})")
    if table is not POSTINGS and "posting_id" in table.names:
        declared.append("FOREIGN KEY (posting_id) REFERENCES postings (posting_id)")
    connection.execute(f"CREATE TABLE {name} ({', '.join(declared)})")
    names, places = ", ".join(f'"{each}"' for each in table.names), ", ".join("?" * len(table.names))
    for piece in pieces:
        plain = piece[table.names].astype(object)
        rows = plain.where(plain.notna(), None).itertuples(index=False, name=None)
        connection.executemany(f"INSERT INTO {name} ({names}) VALUES ({places})", rows)  # noqa: S608  # our own names


def _texts(opened: store.Store) -> Iterator[tuple[str | None, str]]:
    columns = store.postings.c
    with opened.engine.connect().execution_options(stream_results=True) as connection:
        for row in connection.execute(select(columns.text, columns.posting_id)):
            yield masked(row.text) if row.text else None, row.posting_id


def _indexes(indexed: dict[str, list[str]]) -> Iterator[str]:
    for table, columns in indexed.items():
        for column in columns:
            yield f"CREATE INDEX {table}_{column} ON {table} ({column})"
