"""Postings as rows of the tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from scraper.items import Posting
from store.tables import LIFECYCLE, postings


def content_hash(posting: Posting) -> str:
    """Hash of the board's own words for title, text, places and pay."""
    said = (posting.title, posting.text, posting.places_raw, posting.remote_raw, posting.pay_raw, posting.salary_raw)
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def posting_row(posting: Posting) -> dict[str, Any]:
    row = {column.name: getattr(posting, column.name) for column in postings.c if column.name not in LIFECYCLE}
    return {**row, "closed_on": None, "content_hash": content_hash(posting), "n_missed": 0, "missed_at": None}


def duty_rows(posting: Posting) -> Iterator[dict[str, Any]]:
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


def candidate_rows(posting: Posting) -> Iterator[dict[str, Any]]:
    for number, candidate in enumerate(posting.pay_candidates, 1):
        yield {"posting_id": posting.posting_id, "candidate_no": number, **asdict(candidate)}


def place_rows(posting: Posting) -> Iterator[dict[str, Any]]:
    for number, place in enumerate(posting.places, 1):
        yield {
            "posting_id": posting.posting_id,
            "place_no": number,
            "city": place.city,
            "region": place.region,
            "country": place.country,
            "place_text": place.place_text,
        }
