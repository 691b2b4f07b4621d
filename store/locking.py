"""Who may write what when several processes write one store at the same time.

SQLite has one writer at a time: a transaction that will write says so when it begins, so that nobody writes between
what it reads and what it replaces. PostgreSQL has many: they wait for each other only over the same ads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import BigInteger, Connection, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

CRAWL, TABLES = 0x526F6C6563616C6C, 0x526F6C6563616C6D
"""PostgreSQL's advisory locks of a crawl, and of whoever makes tables."""


def begin_writing(connection: Connection) -> None:
    """Begin a transaction that will write; on SQLite no other writes from here to its end."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def lock_ads(connection: Connection, posting_ids: Iterable[str]) -> None:
    """Keep these ads, also those that the store does not have yet, from other writers to the transaction's end.

    A row that is not there yet cannot be locked, so the lock is on a hash of the id. All take them in the same order,
    so that no two wait for each other.
    """
    if connection.dialect.name == "postgresql":
        keys = bindparam("keys", sorted(map(_key, posting_ids)), ARRAY(BigInteger))
        connection.execute(select(func.pg_advisory_xact_lock(func.unnest(keys))))


def lock_tables(connection: Connection) -> None:
    """Keep others from making tables and columns to the transaction's end."""
    begin_writing(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(TABLES)))


def _key(posting_id: str) -> int:
    digest = hashlib.blake2b(posting_id.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
