"""One posting of the store with its evidence and history, as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

import store
from output.check import CheckedDuty, Words, definition_of
from output.contacts import NO_WORDS, contacts, masked, masked_part


@dataclass(frozen=True, slots=True)
class Stored:
    """A posting as the store has it."""

    fields: dict[str, Any]
    """The row of ``postings``."""

    duties: list[CheckedDuty]
    places: list[dict[str, Any]]
    pay: list[dict[str, Any]]
    """Every sum of money that was looked at, and why it is or is not the pay."""

    history: list[dict[str, Any]]
    """What changed in the ad, the oldest first: rows of ``revisions``."""

    copies: list[dict[str, Any]]
    """Other postings of the same job: ``posting_id source title``."""


def stored_posting(opened: store.Store, posting_id: str) -> Stored | None:
    """The posting of this id, with e-mail addresses and phone numbers masked; None where there is none."""
    with opened.engine.connect() as connection:

        def rows(table: Any, order: str) -> list[dict[str, Any]]:
            query = select(table).where(table.c.posting_id == posting_id).order_by(table.c[order])
            return [dict(row) for row in connection.execute(query).mappings()]

        found = rows(store.postings, "posting_id")
        if not found:
            return None
        text = found[0]["text"] or ""
        shown = masked_part(text, 0, contacts(text))
        same = store.postings.c.group_id == found[0]["group_id"]
        copies = select(*(store.postings.c[name] for name in ("posting_id", "source", "title"))).where(
            same, store.postings.c.posting_id != posting_id
        )
        return Stored(
            fields={**_without_contacts(found[0]), "text": shown},
            duties=[_duty(row, text, shown) for row in rows(store.duties, "duty_no")],
            places=[_without_contacts(row) for row in rows(store.places, "place_no")],
            pay=[_without_contacts(row) for row in rows(store.pay_candidates, "candidate_no")],
            history=[_without_contacts(row) for row in rows(store.revisions, "revision_no")],
            copies=[
                _without_contacts(dict(row)) for row in connection.execute(copies.order_by("posting_id")).mappings()
            ],
        )


def _without_contacts(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: masked(value) if isinstance(value, str) and name not in NO_WORDS else value for name, value in row.items()
    }


def _duty(row: dict[str, Any], text: str, shown: str) -> CheckedDuty:
    """shown: the text with its contacts masked, as long as the text."""
    ids = row["definitions"].split()
    definition = definition_of().get(ids[0]) if ids else None
    return CheckedDuty(
        number=row["duty_no"],
        start=row["start"],
        end=row["end"],
        duty=shown[row["start"] : row["end"]],
        role=row["role"],
        definition=ids[0] if ids else None,
        section=definition.section if definition else None,
        says=definition.says if definition else None,
        score=row["score"],
        definitions=ids,
        evidence=[
            replace(words, words=shown[words.start : words.end])
            for words in _places_of(row["evidence"], text, row["start"], row["end"])
        ],
        is_lawyers_own=False,
    )


def _places_of(evidence: str, text: str, start: int, end: int) -> list[Words]:
    """Where the deciding words stand: each is looked for behind the one before it."""
    found = []
    for words in filter(None, evidence.split("; ")):
        at = text.find(words, start, end)
        if at >= 0:
            start = at + len(words)
            found.append(Words(start=at, end=start, words=words))
    return found
