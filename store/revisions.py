"""What changed in an ad since it was last stored: rows of ``revisions``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rapidfuzz.distance import Postfix, Prefix
from sqlalchemy import Connection, func, insert, select

from scraper.items import Posting
from store.rows import content_hash, duty_rows, posting_row
from store.tables import duties, revisions

MAX_SHOWN = 200
"""Characters of an old or new value that a revision keeps."""


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


def is_bare(posting: Posting, old: dict[str, Any]) -> bool:
    """Whether the posting comes without the text that the store has."""
    return posting.text is None and old["text"] is not None


def changes_of(connection: Connection, old: dict[str, Any], new: Posting) -> Iterator[dict[str, Any]]:
    """Rows of ``revisions``: what the board changed in an ad since it was last stored, and that it is open again."""
    if old["closed_on"]:
        yield revision(new.posting_id, new.last_seen, "reopened", old["closed_on"], None)
    if is_bare(new, old) or old["content_hash"] in (None, content_hash(new)):
        return  # what a newer Rolecall reads out of the same words is no change of the ad
    row = posting_row(new)
    for change, words in (("title", _title_words), ("place", _place_words), ("pay", _pay_words)):
        if words(old) != words(row):
            yield revision(new.posting_id, new.last_seen, change, words(old), words(row))
    if old["text"] != new.text:
        yield revision(new.posting_id, new.last_seen, "text", *_differing(old["text"] or "", new.text or ""))
    query = select(duties.c.duty).where(duties.c.posting_id == new.posting_id).order_by(duties.c.duty_no)
    before, after = list(connection.execute(query).scalars()), [row["duty"] for row in duty_rows(new)]
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
