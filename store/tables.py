"""The tables of the store. Those of postings, duties and places follow the dataclasses of ``scraper.items``; ``runs``
and ``rejections`` say how each run went, ``revisions`` what changed in an ad.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, MetaData, String, Table

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

rejections = Table(
    "rejections",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("reason", String, primary_key=True),
    Column("n", Integer, nullable=False),
)
