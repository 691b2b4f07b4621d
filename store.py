"""The store: what crawls and tag runs leave behind, and the only thing that reports are written from.

SQLite by default, PostgreSQL by URL. The tables of postings, duties and places follow the dataclasses of
``scraper.items``; ``runs`` and ``rejections`` say how each run went. Writing is an upsert by ``posting_id``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError

from scraper.errors import UserError
from scraper.items import Posting

NOT_STORED = {"description", "places_raw", "pay_raw", "places", "duties", "pay_candidates", "fetched_on"}
"""Posting fields without a column: raw markup (its text is kept) and the child tables."""

metadata = MetaData()

_SQL_TYPES = {"str": String, "int": Integer, "float": Float, "bool": Boolean, "bytes": LargeBinary}


def _posting_columns() -> Iterator[Column[Any]]:
    for each in fields(Posting):
        if each.name not in NOT_STORED:
            kind = str(each.type).partition(" ")[0]
            optional = "None" in str(each.type)
            yield Column(each.name, _SQL_TYPES[kind], primary_key=each.name == "posting_id", nullable=optional)


postings = Table("postings", metadata, *_posting_columns())
duties = Table(
    "duties",
    metadata,
    Column("posting_id", String, primary_key=True),
    Column("duty_no", Integer, primary_key=True),
    Column("duty", String, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("definitions", String, nullable=False),
    Column("role", String),
    Column("score", Float),
    Column("evidence", String, nullable=False),
)
places = Table(
    "places",
    metadata,
    Column("posting_id", String, primary_key=True),
    Column("place_no", Integer, primary_key=True),
    Column("city", String),
    Column("region", String),
    Column("country", String),
    Column("place_text", String),
)
runs = Table(
    "runs",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("platform", String, nullable=False),
    Column("started_at", String, nullable=False),
    Column("finished_at", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("detail", String),
    Column("n_found", Integer, nullable=False),
    Column("n_kept", Integer, nullable=False),
    Column("n_errors", Integer, nullable=False),
)
pay_candidates = Table(
    "pay_candidates",
    metadata,
    Column("posting_id", String, primary_key=True),
    Column("candidate_no", Integer, primary_key=True),
    Column("words", String, nullable=False),
    Column("low", Float),
    Column("high", Float),
    Column("currency", String),
    Column("period", String),
    Column("period_inferred", Boolean, nullable=False),
    Column("source", String, nullable=False),
    Column("verdict", String, nullable=False),
)
rejections = Table(
    "rejections",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("reason", String, primary_key=True),
    Column("n", Integer, nullable=False),
)


class StoreError(UserError):
    """The store cannot be opened or written; the message names it and says what to do."""


@dataclass(frozen=True)
class Store:
    """An open store."""

    engine: Engine

    def save(self, batch: Iterable[Posting]) -> None:
        """Insert or update postings with their duties, places and sums of money, in one transaction.

        ``first_seen`` of a posting already there stays; everything else is replaced. A posting without text, whose
        detail page could not be had, replaces none that has one: it only tells that the ad was seen.
        """
        rows = {posting.posting_id: posting for posting in batch}
        try:
            with self.engine.begin() as connection:
                for seen in _stored_with_text(connection, rows):
                    connection.execute(
                        update(postings).where(postings.c.posting_id == seen).values(last_seen=rows.pop(seen).last_seen)
                    )
                if not rows:
                    return
                connection.execute(_upsert(self.engine), [_posting_row(posting) for posting in rows.values()])
                for table, row_of in ((duties, _duty_rows), (places, _place_rows), (pay_candidates, _candidate_rows)):
                    connection.execute(delete(table).where(table.c.posting_id.in_(list(rows))))
                    children = [row for posting in rows.values() for row in row_of(posting)]
                    if children:
                        connection.execute(insert(table), children)
        except SQLAlchemyError as error:
            raise StoreError(
                f"store {self.name}: not written: {_cause(error)}; free disk space or check the database"
            ) from error

    def save_run(self, run: dict[str, Any], reasons: dict[str, int]) -> None:
        """Record how one source's run went; ``reasons`` counts its rejected ads."""
        key = {"run_id": run["run_id"], "source": run["source"]}
        with self.engine.begin() as connection:
            connection.execute(insert(runs), run)
            if reasons:
                rows = [{**key, "reason": reason, "n": n} for reason, n in sorted(reasons.items())]
                connection.execute(insert(rejections), rows)

    def of_run(self, run_id: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The run's rows of ``runs`` and ``rejections``, by source."""
        with self.engine.connect() as connection:
            found = [
                connection.execute(select(table).where(table.c.run_id == run_id).order_by(*table.primary_key.columns))
                for table in (runs, rejections)
            ]
            return [dict(row) for row in found[0].mappings()], [dict(row) for row in found[1].mappings()]

    def last_runs(self) -> dict[str, dict[str, Any]]:
        """Source -> the row of its last run."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(runs).order_by(runs.c.started_at)).mappings()
            return {row["source"]: dict(row) for row in rows}

    @property
    def name(self) -> str:
        """The store's address without password."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Release files and connections."""
        self.engine.dispose()


class Writer:
    """Saves postings as they come, ``batch_size`` in a transaction; what waits is written by ``flush``.

    Short transactions let several spiders share one SQLite file.
    """

    def __init__(self, store: Store, batch_size: int = 50) -> None:
        self.store = store
        self.batch_size = batch_size
        self._waiting: list[Posting] = []

    def add(self, posting: Posting) -> None:
        """Save the posting, now or with the next ones."""
        self._waiting.append(posting)
        if len(self._waiting) >= self.batch_size:
            self.flush()

    def flush(self) -> None:
        """Write what is waiting; a batch that the store refuses is given up, so that later ones can be tried."""
        batch, self._waiting = self._waiting, []
        self.store.save(batch)


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
    except (ArgumentError, ImportError, OSError, OperationalError) as error:
        shown = _without_password(url)
        raise StoreError(f"store {shown}: cannot be opened: {_cause(error)}; check the address") from error
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


def _without_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "with an unreadable address"


def _cause(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _stored_with_text(connection: Connection, rows: dict[str, Posting]) -> list[str]:
    """Ids of those postings without text that stand in the store with one."""
    without = [posting_id for posting_id, posting in rows.items() if posting.text is None]
    if not without:
        return []
    query = select(postings.c.posting_id).where(postings.c.posting_id.in_(without), postings.c.text.is_not(None))
    return list(connection.execute(query).scalars())


def _upsert(engine: Engine) -> Any:
    """INSERT ... ON CONFLICT DO UPDATE of everything but the key and ``first_seen``."""
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(postings)
    kept = {"posting_id", "first_seen"}
    updated = {column.name: statement.excluded[column.name] for column in postings.c if column.name not in kept}
    return statement.on_conflict_do_update(index_elements=["posting_id"], set_=updated)


def _posting_row(posting: Posting) -> dict[str, Any]:
    return {column.name: getattr(posting, column.name) for column in postings.c}


def _duty_rows(posting: Posting) -> Iterator[dict[str, Any]]:
    text = posting.text or ""
    for number, duty in enumerate(posting.duties, 1):
        yield {
            "posting_id": posting.posting_id,
            "duty_no": number,
            "duty": text[duty.start : duty.end],
            "start": duty.start,
            "end": duty.end,
            "definitions": " ".join(duty.definitions),
            "role": duty.role,
            "score": duty.score,
            "evidence": "; ".join(duty.evidence),
        }


def _candidate_rows(posting: Posting) -> Iterator[dict[str, Any]]:
    for number, candidate in enumerate(posting.pay_candidates, 1):
        yield {"posting_id": posting.posting_id, "candidate_no": number, **asdict(candidate)}


def _place_rows(posting: Posting) -> Iterator[dict[str, Any]]:
    for number, place in enumerate(posting.places, 1):
        yield {
            "posting_id": posting.posting_id,
            "place_no": number,
            "city": place.city,
            "region": place.region,
            "country": place.country,
            "place_text": place.place_text,
        }
