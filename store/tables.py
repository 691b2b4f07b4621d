"""The tables of the store. Those of postings, duties and places follow the dataclasses of ``scraper.items``; ``runs``
and ``rejections`` say how each run went, ``revisions`` what changed in an ad.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from sqlalchemy import Boolean, Column, Dialect, Float, Integer, LargeBinary, MetaData, String, Table, TypeDecorator
from sqlalchemy.types import TypeEngine

from scraper.items import Posting

NOT_STORED = {"description", "places_raw", "pay_raw", "places", "duties", "pay_candidates", "fetched_on"}
"""Posting fields without a column: raw markup (its text is kept) and the child tables."""

metadata = MetaData()


class Text(TypeDecorator[str]):
    """Text that every database takes, in the same order everywhere: that of its code points.

    PostgreSQL refuses NUL, and none takes half of a surrogate pair: U+FFFD stands for each, so that offsets stay.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(collation="C" if dialect.name == "postgresql" else None))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else NO_TEXT.sub("\ufffd", value)


NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""What no database takes as text."""

_SQL_TYPES = {"str": Text, "int": Integer, "float": Float, "bool": Boolean, "bytes": LargeBinary}


def _posting_columns() -> Iterator[Column[Any]]:
    for each in fields(Posting):
        if each.name not in NOT_STORED:
            kind = str(each.type).partition(" ")[0]
            optional = "None" in str(each.type)
            yield Column(each.name, _SQL_TYPES[kind], primary_key=each.name == "posting_id", nullable=optional)


LIFECYCLE = {
    "closed_on": "Day of the run that closed the ad: the second in a row that read its board wholly and without it.",
    "content_hash": "Hash of what the board wrote of the ad's title, text, places and pay.",
    "n_missed": "Runs in a row, hours apart, that read the ad's board wholly and without it.",
    "missed_at": "Instant of the last run that counted in `n_missed`.",
}
"""Columns of ``postings`` that no spider and no pipeline fills: what the store knows of an ad over time."""

postings = Table(
    "postings",
    metadata,
    *_posting_columns(),
    Column("closed_on", Text),
    Column("content_hash", Text),
    Column("n_missed", Integer),
    Column("missed_at", Text),
)
duties = Table(
    "duties",
    metadata,
    Column("posting_id", Text, primary_key=True),
    Column("duty_no", Integer, primary_key=True),
    Column("duty", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("definitions", Text, nullable=False),
    Column("role", Text),
    Column("score", Float),
    Column("evidence", Text, nullable=False),
)
places = Table(
    "places",
    metadata,
    Column("posting_id", Text, primary_key=True),
    Column("place_no", Integer, primary_key=True),
    Column("city", Text),
    Column("region", Text),
    Column("country", Text),
    Column("place_text", Text),
)
runs = Table(
    "runs",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text),
    Column("n_found", Integer, nullable=False),
    Column("n_kept", Integer, nullable=False),
    Column("n_errors", Integer, nullable=False),
)
pay_candidates = Table(
    "pay_candidates",
    metadata,
    Column("posting_id", Text, primary_key=True),
    Column("candidate_no", Integer, primary_key=True),
    Column("words", Text, nullable=False),
    Column("low", Float),
    Column("high", Float),
    Column("currency", Text),
    Column("period", Text),
    Column("period_inferred", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("verdict", Text, nullable=False),
)
revisions = Table(
    "revisions",
    metadata,
    Column("posting_id", Text, primary_key=True),
    Column("revision_no", Integer, primary_key=True),
    Column("seen_at", Text),
    Column("change", Text, nullable=False),
    Column("old", Text),
    Column("new", Text),
)
"""One row a change of an ad, numbered from 1; ``change`` is one of ``CHANGES``."""

host_days = Table(
    "host_days",
    metadata,
    Column("host", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("n_requests", Integer, nullable=False),
)
"""How many requests a host was sent on a UTC day, over all runs."""

http_cache = Table(
    "http_cache",
    metadata,
    Column("fingerprint", String, primary_key=True),
    Column("asked_at", String, nullable=False),
    Column("headers", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Answers with a validator (ETag, Last-Modified), by the fingerprint of their requests; no address stands here."""

CHANGES = ("title", "place", "pay", "text", "duties", "closed", "reopened")

rejections = Table(
    "rejections",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("n", Integer, nullable=False),
)

filled_fields = Table(
    "filled_fields",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("n", Integer, nullable=False),
)
"""How many of the ads that a source's run kept say something in a field."""

notices = Table(
    "notices",
    metadata,
    Column("source", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("told_at", Text, nullable=False),
)
"""What was last told of a source on a channel: its ``state``, and the start of the run ``since`` which it holds."""
