"""Opening a store, alone where a crawl writes it, or building it anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.schema import CreateColumn

from store.errors import BusyError, StoreError, cause_of, without_password
from store.saving import Store, Writer
from store.tables import metadata


def open_store(address: str, *, must_exist: bool = False) -> Store:
    """Open a store by SQLAlchemy URL or by the path of an SQLite file, creating file and tables as needed.

    Raises StoreError when it cannot be opened, or does not exist although it must.
    """
    url = address if "://" in address else f"sqlite:///{address}"
    try:
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":
            _prepare_file(engine, must_exist)
        metadata.create_all(engine)
        _add_missing_columns(engine)
    except (ArgumentError, ImportError, OSError, OperationalError) as error:
        shown = without_password(url)
        raise StoreError(f"store {shown}: cannot be opened: {cause_of(error)}; check the address") from error
    return Store(engine)


def _prepare_file(engine: Engine, must_exist: bool) -> None:
    path = engine.url.database
    if path and path != ":memory:":
        if must_exist and not Path(path).is_file():
            raise StoreError(f"store {path}: no such file; crawl or tag first, or pass --store")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    event.listen(engine, "connect", _set_pragmas)


def _set_pragmas(connection: Any, _record: Any) -> None:
    """Readers never wait for the writer (WAL), and a second writer waits instead of failing."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA busy_timeout=30000")


def _add_missing_columns(engine: Engine) -> None:
    """Columns that a store of an earlier version lacks; they are empty in its rows."""
    found = inspect(engine)
    quoted = engine.dialect.identifier_preparer.format_table
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            there = {column["name"] for column in found.get_columns(table.name)}
            for column in (each for each in table.columns if each.name not in there):
                declared = CreateColumn(column).compile(dialect=engine.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {quoted(table)} ADD COLUMN {declared}")


@contextmanager
def alone(address: str, folder: Path) -> Iterator[None]:
    """Keep other crawls off the store while the block runs; raises BusyError at once where one is under way.

    The lock is the kernel's, on a file beside an SQLite store, else in the folder (so on one machine only): it ends
    with the process that holds it, however that ends.
    """
    url = address if "://" in address else f"sqlite:///{address}"
    path = make_url(url).database if url.startswith("sqlite") else None
    lock = Path(f"{path}.lock") if path else folder / "rolecall.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock, blocking=False, fallback_to_soft=False):
            yield
    except Timeout:
        raise BusyError(f"store {without_password(url)}: another crawl is under way; wait until it has ended") from None


@contextmanager
def rebuilding(path: Path) -> Iterator[Writer]:
    """A writer into a new SQLite store that takes the path's place when the block ends without error."""
    building = path.with_name(f".{path.name}.new")
    _remove_sqlite(building)
    store = open_store(str(building))
    try:
        writer = Writer(store, batch_size=500)
        yield writer
        writer.flush()
    except BaseException:
        store.close()
        _remove_sqlite(building)
        raise
    store.close()
    _remove_sqlite(path)
    building.replace(path)


def _remove_sqlite(path: Path) -> None:
    """An SQLite file with the journals that may stand beside it."""
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        name.unlink(missing_ok=True)
