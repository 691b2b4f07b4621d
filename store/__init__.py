"""The store: what crawls and tag runs leave behind, and the only thing that reports are written from.

SQLite by default, PostgreSQL by URL. A store of an earlier version gets the columns that it lacks when it is opened.
"""

from store.errors import BusyError, StoreError
from store.opening import alone, open_store, rebuilding
from store.revisions import add_revisions, revision
from store.rows import content_hash
from store.saving import Saved, Store, Writer, add_run
from store.tables import (
    CHANGES,
    LIFECYCLE,
    NOT_STORED,
    duties,
    metadata,
    pay_candidates,
    places,
    postings,
    rejections,
    revisions,
    runs,
)

__all__ = [
    "CHANGES",
    "LIFECYCLE",
    "NOT_STORED",
    "BusyError",
    "Saved",
    "Store",
    "StoreError",
    "Writer",
    "add_revisions",
    "add_run",
    "alone",
    "content_hash",
    "duties",
    "metadata",
    "open_store",
    "pay_candidates",
    "places",
    "postings",
    "rebuilding",
    "rejections",
    "revision",
    "revisions",
    "runs",
]
