"""Reading and writing an open store. Writing is an upsert by ``posting_id``, one transaction a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from scraper.items import Posting
from store.errors import StoreError, cause_of
from store.locking import begin_writing, lock_ads
from store.revisions import add_revisions, changes_of, is_bare
from store.rows import candidate_rows, duty_rows, place_rows, posting_row
from store.tables import (
    duties,
    filled_fields,
    host_days,
    http_cache,
    pay_candidates,
    places,
    postings,
    rejections,
    revisions,
    runs,
)


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
        none that has one: it only tells that the ad was seen. Others that save the same ads wait until it is done.
        """
        rows = {posting.posting_id: posting for posting in batch}
        with self.writing() as connection:
            lock_ads(connection, rows)
            known = _known(connection, rows)
            changes = [change for key, old in known.items() for change in changes_of(connection, old, rows[key])]
            for seen in [key for key, old in known.items() if is_bare(rows[key], old)]:
                _mark_seen(connection, rows.pop(seen))
            self._replace(connection, rows)
            add_revisions(connection, changes)
        reopened = [change for change in changes if change["change"] == "reopened"]
        changed = {change["posting_id"] for change in changes if change not in reopened}
        return Saved(len(rows.keys() - known.keys()), len(changed), len(reopened))

    def _replace(self, connection: Connection, rows: dict[str, Posting]) -> None:
        if not rows:
            return
        connection.execute(_upsert(self.engine), [posting_row(posting) for posting in rows.values()])
        for table, row_of in ((duties, duty_rows), (places, place_rows), (pay_candidates, candidate_rows)):
            connection.execute(delete(table).where(table.c.posting_id.in_(list(rows))))
            children = [row for posting in rows.values() for row in row_of(posting)]
            if children:
                connection.execute(insert(table), children)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, kept when the block ends without error; raises StoreError where the store refuses it."""
        try:
            with self.engine.begin() as connection:
                begin_writing(connection)
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(
                f"store {self.name}: not written: {cause_of(error)}; free disk space or check the database"
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

        Ads without ``last_seen`` stay, and of every source its last run and its last whole one; counts of requests and
        kept answers as old go too. An SQLite file is written anew, so that what was deleted is gone from the disk too.
        """
        old = select(postings.c.posting_id).where(postings.c.last_seen < before)
        with self.writing() as connection:
            for table in (duties, places, pay_candidates, revisions):
                connection.execute(delete(table).where(table.c.posting_id.in_(old)))
            n_ads = connection.execute(delete(postings).where(postings.c.last_seen < before)).rowcount
            n_runs = _prune_runs(connection, before)
            connection.execute(delete(host_days).where(host_days.c.day < before[:10]))
            connection.execute(delete(http_cache).where(http_cache.c.asked_at < before))
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


def add_run(
    connection: Connection, run: dict[str, Any], reasons: dict[str, int], filled: dict[str, int] | None = None
) -> None:
    """Insert the row of one source's run, and the counts of its rejected ads and of its ads' filled fields."""
    connection.execute(insert(runs), run)
    key = {"run_id": run["run_id"], "source": run["source"]}
    if reasons:
        connection.execute(insert(rejections), [{**key, "reason": why, "n": n} for why, n in sorted(reasons.items())])
    if filled:
        connection.execute(insert(filled_fields), [{**key, "field": name, "n": n} for name, n in filled.items()])


def _prune_runs(connection: Connection, before: str) -> int:
    newest = select(func.max(runs.c.started_at)).group_by(runs.c.source)
    kept = [*connection.scalars(newest), *connection.scalars(newest.where(runs.c.outcome.in_(("ok", "empty"))))]
    is_old = (runs.c.started_at < before) & runs.c.started_at.not_in(kept)
    n_runs = connection.execute(delete(runs).where(is_old)).rowcount
    there = select(runs.c.run_id)
    for table in (rejections, filled_fields):
        connection.execute(delete(table).where(table.c.run_id.not_in(there)))
    return n_runs


def _known(connection: Connection, rows: dict[str, Posting]) -> dict[str, dict[str, Any]]:
    """Posting id -> its row as the store has it, for those of the postings that it has; nobody changes it meanwhile."""
    query = select(postings).where(postings.c.posting_id.in_(list(rows))).order_by(postings.c.posting_id)
    query = query.with_for_update()
    return {row["posting_id"]: dict(row) for row in connection.execute(query).mappings()} if rows else {}


def _mark_seen(connection: Connection, posting: Posting) -> None:
    seen = {"last_seen": posting.last_seen, "closed_on": None, "n_missed": 0, "missed_at": None}
    connection.execute(update(postings).where(postings.c.posting_id == posting.posting_id).values(seen))


def _upsert(engine: Engine) -> Any:
    """INSERT ... ON CONFLICT DO UPDATE of everything but the key and ``first_seen``."""
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(postings)
    kept = {"posting_id", "first_seen"}
    updated = {column.name: statement.excluded[column.name] for column in postings.c if column.name not in kept}
    return statement.on_conflict_do_update(index_elements=["posting_id"], set_=updated)
