"""The store: what crawls and tag runs leave behind, and the only thing that reports are written from.

SQLite by default, PostgreSQL by URL. The tables of postings, duties and places follow the dataclasses of
``scraper.items``; ``runs`` and ``rejections`` say how each run went, ``revisions`` what changed in an ad. Writing is an
upsert by ``posting_id``. A store of an earlier version gets the columns that it lacks when it is opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from rapidfuzz.distance import Postfix, Prefix
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
    func,
    insert,
    inspect,
    make_url,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.schema import CreateColumn

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


LIFECYCLE = {
    "closed_on": "Day of the run that closed the ad: the second in a row that read its board wholly and without it.",
    "content_hash": "Hash of what the board wrote of the ad's title, text, places and pay.",
    "n_missed": "Runs in a row that read the ad's board wholly and without it.",
}
"""Columns of ``postings`` that no spider and no pipeline fills: what the store knows of an ad over time."""

postings = Table(
    "postings",
    metadata,
    *_posting_columns(),
    Column("closed_on", String),
    Column("content_hash", String),
    Column("n_missed", Integer),
)
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
revisions = Table(
    "revisions",
    metadata,
    Column("posting_id", String, primary_key=True),
    Column("revision_no", Integer, primary_key=True),
    Column("seen_at", String),
    Column("change", String, nullable=False),
    Column("old", String),
    Column("new", String),
)
"""One row a change of an ad, numbered from 1; ``change`` is one of ``CHANGES``."""

CHANGES = ("title", "place", "pay", "text", "duties", "closed", "reopened")

MAX_SHOWN = 200
"""Characters of an old or new value that a revision keeps."""

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


@dataclass(frozen=True, slots=True)
class Saved:
    """How many ads of a batch were new, changed by their board, or closed and are open again."""

    n_new: int
    n_changed: int
    n_reopened: int

    def __add__(self, other: Saved) -> Saved:
        return Saved(self.n_new + other.n_new, self.n_changed + other.n_changed, self.n_reopened + other.n_reopened)


@dataclass(frozen=True)
class Store:
    """An open store."""

    engine: Engine

    def save(self, batch: Iterable[Posting]) -> Saved:
        """Insert or update postings with their duties, places and sums of money, in one transaction.

        ``first_seen`` of a posting already there stays; everything else is replaced, and what the board changed becomes
        ``revisions``. A closed ad is open again. A posting without text, whose detail page could not be had, replaces
        none that has one: it only tells that the ad was seen.
        """
        rows = {posting.posting_id: posting for posting in batch}
        with self.writing() as connection:
            known = _known(connection, rows)
            changes = [change for key, old in known.items() for change in _changes(connection, old, rows[key])]
            for seen in [key for key, old in known.items() if _is_bare(rows[key], old)]:
                _mark_seen(connection, rows.pop(seen))
            self._replace(connection, rows)
            add_revisions(connection, changes)
        reopened = [change for change in changes if change["change"] == "reopened"]
        changed = {change["posting_id"] for change in changes if change not in reopened}
        return Saved(len(rows.keys() - known.keys()), len(changed), len(reopened))

    def _replace(self, connection: Connection, rows: dict[str, Posting]) -> None:
        if not rows:
            return
        connection.execute(_upsert(self.engine), [_posting_row(posting) for posting in rows.values()])
        for table, row_of in ((duties, _duty_rows), (places, _place_rows), (pay_candidates, _candidate_rows)):
            connection.execute(delete(table).where(table.c.posting_id.in_(list(rows))))
            children = [row for posting in rows.values() for row in row_of(posting)]
            if children:
                connection.execute(insert(table), children)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, kept when the block ends without error; raises StoreError where the store refuses it."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(
                f"store {self.name}: not written: {_cause(error)}; free disk space or check the database"
            ) from error

    def save_run(self, run: dict[str, Any], reasons: dict[str, int]) -> None:
        """Record how one source's run went; ``reasons`` counts its rejected ads."""
        with self.writing() as connection:
            add_run(connection, run, reasons)

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

    def prune(self, before: str) -> tuple[int, int]:
        """Delete ads last seen before an instant (ISO 8601, UTC), and runs; returns how many ads and how many runs.

        Ads without ``last_seen`` stay, and of every source its last run and its last whole one. An SQLite file is
        written anew, so that what was deleted is gone from the disk too.
        """
        old = select(postings.c.posting_id).where(postings.c.last_seen < before)
        with self.writing() as connection:
            for table in (duties, places, pay_candidates, revisions):
                connection.execute(delete(table).where(table.c.posting_id.in_(old)))
            n_ads = connection.execute(delete(postings).where(postings.c.last_seen < before)).rowcount
            n_runs = _prune_runs(connection, before)
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return n_ads, n_runs

    @property
    def name(self) -> str:
        """The store's address without password."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Release files and connections."""
        self.engine.dispose()


class BusyError(StoreError):
    """Another crawl is writing the store."""


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
        raise BusyError(
            f"store {_without_password(url)}: another crawl is under way; wait until it has ended"
        ) from None


class Writer:
    """Saves postings as they come, ``batch_size`` in a transaction; what waits is written by ``flush``.

    Short transactions let several spiders share one SQLite file.
    """

    def __init__(self, store: Store, batch_size: int = 50) -> None:
        self.store = store
        self.batch_size = batch_size
        self.saved = Saved(0, 0, 0)
        """What came of everything written so far."""
        self.n_lost = 0
        """Postings of the batches that the store refused."""
        self._waiting: list[Posting] = []

    def add(self, posting: Posting) -> None:
        """Save the posting, now or with the next ones."""
        self._waiting.append(posting)
        if len(self._waiting) >= self.batch_size:
            self.flush()

    def flush(self) -> None:
        """Write what is waiting; a batch that the store refuses is given up, so that later ones can be tried."""
        batch, self._waiting = self._waiting, []
        try:
            self.saved += self.store.save(batch)
        except StoreError:
            self.n_lost += len(batch)
            raise


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
        _add_missing_columns(engine)
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


def add_run(connection: Connection, run: dict[str, Any], reasons: dict[str, int]) -> None:
    """Insert the row of one source's run and the counts of its rejected ads."""
    connection.execute(insert(runs), run)
    if reasons:
        key = {"run_id": run["run_id"], "source": run["source"]}
        connection.execute(insert(rejections), [{**key, "reason": why, "n": n} for why, n in sorted(reasons.items())])


def add_revisions(connection: Connection, changes: list[dict[str, Any]]) -> None:
    """Insert rows of ``revisions``, given without their numbers."""
    ids = list({change["posting_id"] for change in changes})
    query = select(revisions.c.posting_id, func.max(revisions.c.revision_no)).group_by(revisions.c.posting_id)
    numbered = connection.execute(query.where(revisions.c.posting_id.in_(ids))) if ids else ()
    last: dict[str, int] = {row[0]: row[1] for row in numbered}
    for change in changes:
        key = change["posting_id"]
        last[key] = last.get(key, 0) + 1
        connection.execute(insert(revisions), {**change, "revision_no": last[key]})


def revision(posting_id: str, seen_at: str | None, change: str, old: str | None, new: str | None) -> dict[str, Any]:
    """A row of ``revisions`` without its number; long values are cut."""
    shown = {name: value if value is None else value[:MAX_SHOWN] for name, value in (("old", old), ("new", new))}
    return {"posting_id": posting_id, "seen_at": seen_at, "change": change, **shown}


def _prune_runs(connection: Connection, before: str) -> int:
    newest = select(func.max(runs.c.started_at)).group_by(runs.c.source)
    kept = [*connection.scalars(newest), *connection.scalars(newest.where(runs.c.outcome.in_(("ok", "empty"))))]
    is_old = (runs.c.started_at < before) & runs.c.started_at.not_in(kept)
    n_runs = connection.execute(delete(runs).where(is_old)).rowcount
    there = select(runs.c.run_id)
    connection.execute(delete(rejections).where(rejections.c.run_id.not_in(there)))
    return n_runs


def _known(connection: Connection, rows: dict[str, Posting]) -> dict[str, dict[str, Any]]:
    """Posting id -> its row as the store has it, for those of the postings that it has."""
    query = select(postings).where(postings.c.posting_id.in_(list(rows)))
    return {row["posting_id"]: dict(row) for row in connection.execute(query).mappings()} if rows else {}


def _is_bare(posting: Posting, old: dict[str, Any]) -> bool:
    """Whether the posting comes without the text that the store has."""
    return posting.text is None and old["text"] is not None


def _mark_seen(connection: Connection, posting: Posting) -> None:
    seen = {"last_seen": posting.last_seen, "closed_on": None, "n_missed": 0}
    connection.execute(update(postings).where(postings.c.posting_id == posting.posting_id).values(seen))


def _changes(connection: Connection, old: dict[str, Any], new: Posting) -> Iterator[dict[str, Any]]:
    """Rows of ``revisions``: what the board changed in an ad since it was last stored, and that it is open again."""
    if old["closed_on"]:
        yield revision(new.posting_id, new.last_seen, "reopened", old["closed_on"], None)
    if _is_bare(new, old) or old["content_hash"] in (None, content_hash(new)):
        return  # what a newer Rolecall reads out of the same words is no change of the ad
    row = _posting_row(new)
    for change, words in (("title", _title_words), ("place", _place_words), ("pay", _pay_words)):
        if words(old) != words(row):
            yield revision(new.posting_id, new.last_seen, change, words(old), words(row))
    if old["text"] != new.text:
        yield revision(new.posting_id, new.last_seen, "text", *_differing(old["text"] or "", new.text or ""))
    query = select(duties.c.duty).where(duties.c.posting_id == new.posting_id).order_by(duties.c.duty_no)
    before, after = list(connection.execute(query).scalars()), [row["duty"] for row in _duty_rows(new)]
    if before != after:
        went, came = [duty for duty in before if duty not in after], [duty for duty in after if duty not in before]
        yield revision(new.posting_id, new.last_seen, "duties", "; ".join(went), "; ".join(came))


def _title_words(row: dict[str, Any]) -> str | None:
    title: str | None = row["title"]
    return title


def _place_words(row: dict[str, Any]) -> str | None:
    read = ", ".join(filter(None, (row["city"], row["region"], row["country"])))
    return ", ".join(filter(None, (row["location_raw"] or read, row["remote"]))) or None


def _pay_words(row: dict[str, Any]) -> str | None:
    low, high = ("" if row[name] is None else f"{row[name]:g}" for name in ("salary_min", "salary_max"))
    amount = low if low == high else f"{low}-{high}"
    return " ".join(filter(None, (amount, row["salary_currency"], row["salary_period"]))) or None


def _differing(old: str, new: str) -> tuple[str, str]:
    """Both texts without what they begin and end with in common."""
    start = Prefix.similarity(old, new)
    old, new = old[start:], new[start:]
    end = Postfix.similarity(old, new)
    return old[: len(old) - end], new[: len(new) - end]


def content_hash(posting: Posting) -> str:
    """Hash of the board's own words for title, text, places and pay."""
    said = (posting.title, posting.text, posting.places_raw, posting.remote_raw, posting.pay_raw, posting.salary_raw)
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _upsert(engine: Engine) -> Any:
    """INSERT ... ON CONFLICT DO UPDATE of everything but the key and ``first_seen``."""
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(postings)
    kept = {"posting_id", "first_seen"}
    updated = {column.name: statement.excluded[column.name] for column in postings.c if column.name not in kept}
    return statement.on_conflict_do_update(index_elements=["posting_id"], set_=updated)


def _posting_row(posting: Posting) -> dict[str, Any]:
    row = {column.name: getattr(posting, column.name) for column in postings.c if column.name not in LIFECYCLE}
    return {**row, "closed_on": None, "content_hash": content_hash(posting), "n_missed": 0}


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
