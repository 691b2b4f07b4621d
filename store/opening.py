"""Opening a store, alone where a crawl writes it, or building it anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Column, Connection, Engine, Table, create_engine, event, func, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateColumn

from store.errors import BusyError, StoreError, cause_of, without_password
from store.locking import CRAWL, lock_tables
from store.saving import Store, Writer
from store.tables import metadata


def open_store(address: str, *, must_exist: bool = False) -> Store:
    """Open a store by SQLAlchemy URL or by the path of an SQLite file, creating file and tables as needed.

    Several processes may open a new store at once. Raises StoreError when it cannot be opened, or does not exist
    although it must.
    """
    url = _url(address)
    with _naming(url):
        engine = create_engine(url)
        try:
            _prepare(engine, must_exist)
        except BaseException:
            engine.dispose()
            raise
    return Store(engine)


def _prepare(engine: Engine, must_exist: bool) -> None:
    if engine.dialect.name == "sqlite":
        _prepare_file(engine, must_exist)
    elif must_exist and not inspect(engine).has_table("postings"):
        shown = engine.url.render_as_string(hide_password=True)
        raise StoreError(f"store {shown}: it has no ads; crawl first, or pass --store")
    _prepare_tables(engine)


def called(address: str) -> str:
    """What a store is called on every machine that uses it, under whatever name its server is reached."""
    url = make_url(_url(address))
    if url.get_backend_name() == "sqlite":
        return f"sqlite {Path(url.database or '').resolve()}"
    return f"{url.get_backend_name()} {url.database or url.username}"


def _url(address: str) -> str:
    return address if "://" in address else f"sqlite:///{address}"


@contextmanager
def _naming(url: str) -> Iterator[None]:
    """Raise StoreError that names the store for whatever keeps it from being opened."""
    try:
        yield
    except ImportError as error:
        advice = "install rolecall[postgres], and write postgresql+psycopg://"
        raise StoreError(f"store {without_password(url)}: cannot be opened: {error}; {advice}") from error
    except (ArgumentError, OSError, SQLAlchemyError) as error:
        shown = without_password(url)
        raise StoreError(f"store {shown}: cannot be opened: {cause_of(error)}; check the address") from error


def _prepare_file(engine: Engine, must_exist: bool) -> None:
    path = engine.url.database
    if path and path != ":memory:":
        if must_exist and not Path(path).is_file():
            raise StoreError(f"store {path}: no such file; crawl or tag first, or pass --store")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    event.listen(engine, "connect", _set_pragmas)


def _set_pragmas(connection: Any, _record: Any) -> None:
    """Readers never wait for the writer (WAL), and a second writer waits instead of failing."""
    connection.execute("PRAGMA busy_timeout=30000")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _prepare_tables(engine: Engine) -> None:
    """Make the tables, and the columns that a store of an earlier version lacks; they are empty in its rows."""
    with engine.connect() as connection:
        if not list(_missing_columns(connection)):
            return
    quoted = engine.dialect.identifier_preparer.format_table
    with engine.begin() as connection:
        lock_tables(connection)
        metadata.create_all(connection)
        for table, column in list(_missing_columns(connection)):
            declared = CreateColumn(column).compile(dialect=engine.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {quoted(table)} ADD COLUMN {declared}")


def _missing_columns(connection: Connection) -> Iterator[tuple[Table, Column[Any]]]:
    found = inspect(connection).get_multi_columns()
    there = {(table, column["name"]) for (_, table), columns in found.items() for column in columns}
    for table in metadata.sorted_tables:
        yield from ((table, column) for column in table.columns if (table.name, column.name) not in there)


@contextmanager
def alone(address: str, folder: Path) -> Iterator[None]:
    """Keep other crawls off the store while the block runs; raises BusyError at once where one is under way.

    The lock is PostgreSQL's, or the kernel's on a file beside an SQLite store: it ends with the process that holds it,
    however that ends.
    """
    url = _url(address)
    with _naming(url):
        is_postgresql = make_url(url).get_backend_name() == "postgresql"
    lock: AbstractContextManager[bool] = _database_lock(url) if is_postgresql else _file_lock(url, folder)
    with lock as is_held:
        if not is_held:
            raise BusyError(f"store {without_password(url)}: another crawl is under way; wait until it has ended")
        yield


@contextmanager
def _file_lock(url: str, folder: Path) -> Iterator[bool]:
    path = make_url(url).database if url.startswith("sqlite") else None
    file = Path(f"{path}.lock") if path else folder / "rolecall.lock"
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(file, blocking=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


@contextmanager
def _database_lock(url: str) -> Iterator[bool]:
    """A lock of the database's own, which lasts as long as its connection."""
    with _naming(url):
        connection = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect()
    with connection:
        yield bool(connection.scalar(select(func.pg_try_advisory_lock(CRAWL))))


@contextmanager
def rebuilding(path: Path) -> Iterator[Writer]:
    """A writer into a new SQLite store that takes the path's place when the block ends without error."""
    building = path.with_name(f".{path.name}.new")
    _remove_sqlite(building)
    store = open_store(str(building))
    store.engine.dispose()
    event.listen(store.engine, "connect", _without_journal)
    try:
        writer = Writer(store, batch_size=500)
        yield writer
        writer.flush()
    except BaseException:
        store.close()
        _remove_sqlite(building)
        raise
    store.close()
    with building.open("rb") as file:
        os.fsync(file.fileno())
    _remove_sqlite(path)
    building.replace(path)


def _without_journal(connection: Any, _record: Any) -> None:
    """Write everything once: a store that is not finished is thrown away."""
    connection.execute("PRAGMA journal_mode=OFF")
    connection.execute("PRAGMA synchronous=OFF")


def _remove_sqlite(path: Path) -> None:
    """An SQLite file with the journals that may stand beside it."""
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        name.unlink(missing_ok=True)
