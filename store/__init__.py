"""The store: what crawls and tag runs leave behind, and the only thing that reports are written from.

SQLite by default, PostgreSQL by URL. A store of an earlier version gets the columns that it lacks when it is opened.
"""

from store.errors import BusyError, StoreError
from store.opening import alone, called, open_store, rebuilding
from store.requests import KeptAnswer, count_request, keep_answer, kept_answer
from store.revisions import add_revisions, revision
from store.rows import content_hash
from store.saving import Saved, Store, Writer, add_run
from store.tables import (
    CHANGES,
    LIFECYCLE,
    NOT_STORED,
    duties,
    filled_fields,
    host_days,
    http_cache,
    metadata,
    notices,
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
    "KeptAnswer",
    "Saved",
    "Store",
    "StoreError",
    "Writer",
    "add_revisions",
    "add_run",
    "alone",
    "called",
    "content_hash",
    "count_request",
    "duties",
    "filled_fields",
    "host_days",
    "http_cache",
    "keep_answer",
    "kept_answer",
    "metadata",
    "notices",
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
