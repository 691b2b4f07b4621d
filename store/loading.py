"""Filling a new store with many rows at once, in the order given; nothing is looked up or replaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table


def load_rows(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows of plain values, one tuple a row in the order of the names, into an SQLite table.

    Past SQLAlchemy's handling of single values, which takes most of the time of an insert.
    """
    values = list(rows)
    if values:
        quoted = connection.dialect.identifier_preparer.quote
        places = ", ".join("?" * len(names))
        into = f"{quoted(table.name)} ({', '.join(map(quoted, names))})"
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({places})", values)  # noqa: S608  # names of our own
