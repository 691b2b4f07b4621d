"""How many requests a host was sent in a day, and the answers that servers gave validators for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from store.saving import Store
from store.tables import host_days, http_cache


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it came over the line: its header lines, and its body, compressed where the server did so."""

    headers: bytes
    body: bytes


def count_request(store: Store, host: str, day: str, budget: int) -> int | None:
    """Count one request to the host on this day (ISO 8601); returns how many there are now.

    None where there were ``budget`` already: then none is counted. Raises StoreError where it cannot be written.
    """
    statement = _dialect(store).insert(host_days).values(host=host, day=day, n_requests=1)
    counted = statement.on_conflict_do_update(
        index_elements=["host", "day"],
        set_={"n_requests": host_days.c.n_requests + 1},
        where=host_days.c.n_requests < budget,
    )
    with store.writing() as connection:
        n_requests: int | None = connection.scalar(counted.returning(host_days.c.n_requests))
    return n_requests


def kept_answer(store: Store, fingerprint: str) -> KeptAnswer | None:
    """The answer kept for the request of this fingerprint."""
    query = select(http_cache.c.headers, http_cache.c.body).where(http_cache.c.fingerprint == fingerprint)
    with store.engine.connect() as connection:
        row = connection.execute(query).one_or_none()
    return KeptAnswer(row.headers, row.body) if row else None


def keep_answer(store: Store, fingerprint: str, answer: KeptAnswer, asked_at: str) -> None:
    """Keep the answer in the place of an earlier one; raises StoreError where it cannot be written."""
    values = {"asked_at": asked_at, "headers": answer.headers, "body": answer.body}
    statement = _dialect(store).insert(http_cache).values(fingerprint=fingerprint, **values)
    with store.writing() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=["fingerprint"], set_=values))


def _dialect(store: Store) -> Any:
    return postgresql if store.engine.dialect.name == "postgresql" else sqlite
