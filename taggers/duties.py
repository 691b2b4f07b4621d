"""The duties an ad lists: one exact span a duty, and nothing that is a requirement, a benefit or the employer's praise.

A bullet is one duty, with the sentences that follow in it. A sentence of running text is a duty when it says what the
job holder does; the words that only lead in ("The paralegal will be responsible for") are left off. Semicolon lists
are cut.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from simplemma import lemmatize
from spacy.language import Language
from spacy.tokens import Doc

from taggers.reading import DutyReading, reading_of
from taggers.sections import SectionedPiece, own_section

SPANS_KEY = "duties"
MAX_LEAD_CHARS = 260
"""Longest lead-in looked for."""

_NO_DUTY = ("requirements", "benefits", "pay", "about", "apply", "other")
_OVERRULED = {"duties": ("benefits", "apply", "pay", "about", "requirements"), "intro": _NO_DUTY, "about": _NO_DUTY}
_SEMICOLON = re.compile(r"\s*;\s*(?:and\s+|or\s+)?(?=[\w\"“(])")
_GERUND_COMMA = re.compile(r",\s+(?:and\s+)?(?=(?:[a-z]+ly\s+)?[a-z]+ing(?:\s+[\w’'/-]+){2})")
_GERUND = re.compile(r"(?:[A-Za-z]+ly\s+)?[A-Za-z]+ing\b")
_EXAMPLES = re.compile(r"\b(?:including|such as|e\.g\.|includes?|like)\b")
_FIRST_WORD = re.compile(r"[A-Za-z][A-Za-z-]*")
_CHARS_AT_END = " \t\n,;:–—-"


@dataclass(frozen=True)
class DutyRules:
    """How duties begin: ``lead_in`` and ``duty_verb`` of ``data/sections.toml``."""

    lead_in: re.Pattern[str]
    verbs: frozenset[str]


@cache
def duty_rules() -> DutyRules:
    """The rules, read once."""
    data: dict[str, Any] = tomllib.loads((files("taggers") / "data" / "sections.toml").read_text(encoding="utf-8"))
    return DutyRules(
        lead_in=re.compile("|".join(f"(?:{pattern})" for pattern in data["lead_in"]["patterns"]), re.IGNORECASE),
        verbs=frozenset(data["duty_verb"]["words"].split()),
    )


def find_duties(text: str, pieces: list[SectionedPiece]) -> list[tuple[int, int]]:
    """(start, end) of every duty of the text, in order."""
    spans = (span for start, end in _duty_units(pieces) for span in _cut(text, start, end))
    return [span for span in spans if len(_FIRST_WORD.findall(text[slice(*span)])) >= 2]


def _duty_units(pieces: list[SectionedPiece]) -> Iterator[tuple[int, int]]:
    """(start, end) of pieces that hold duties: a bullet with the sentences that follow in it, or one sentence."""
    index = 0
    while index < len(pieces):
        current = pieces[index]
        end, index = current.piece.end, index + 1
        while current.piece.marked and index < len(pieces) and _continues(pieces[index]):
            end, index = pieces[index].piece.end, index + 1
        if not current.is_heading and _is_duty(current):
            yield current.piece.start + lead_length(current.piece.text), end


def _continues(following: SectionedPiece) -> bool:
    return not (
        following.is_heading
        or following.piece.marked
        or following.piece.starts_line
        or own_section(following.piece.text)
    )


def _is_duty(sectioned: SectionedPiece) -> bool:
    """Whether a piece holds duties, by its section, its own words and how it begins."""
    words, under = sectioned.piece.text, sectioned.under
    if under in ("requirements", "benefits", "pay"):
        return False
    listed = under == "duties" and sectioned.piece.marked
    if not listed and not begins_like_duty(words[lead_length(words) :][:MAX_LEAD_CHARS]):
        return False
    return own_section(words) not in _OVERRULED.get(under, _NO_DUTY)


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut at semicolons behind which another duty begins; leave off white space and list punctuation."""
    edges = [start, *(match.end() for match in _cuts(text, start, end))]
    for part_start, part_end in zip(edges, [*edges[1:], end], strict=True):
        words = text[part_start:part_end].rstrip("and ") if part_end < end else text[part_start:part_end]
        words = words.rstrip(_CHARS_AT_END)
        n_stripped = len(words) - len(words.lstrip(_CHARS_AT_END))
        if len(words) > n_stripped:
            yield part_start + n_stripped, part_start + len(words)


def _cuts(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Semicolons, and commas of a run of gerunds ("typing letters, answering calls, ordering supplies")."""
    for match in _SEMICOLON.finditer(text, start, end):
        if begins_like_duty(text[match.end() : match.end() + MAX_LEAD_CHARS]):
            yield match
    gerunds = list(_GERUND_COMMA.finditer(text, start, end))
    is_run = len(gerunds) > 1 and ";" not in text[start:end] and _GERUND.match(text, start)
    if is_run and not _EXAMPLES.search(text, start, end):
        yield from gerunds


def lead_length(words: str) -> int:
    """How many characters of the words only lead in to the duty."""
    length = 0
    for _ in range(3):
        match = duty_rules().lead_in.match(words[length : length + MAX_LEAD_CHARS])
        if not match or not match.end() or not re.search(r"\w", words[length + match.end() :]):
            break
        length += match.end()
    return length


def begins_like_duty(words: str) -> bool:
    """Whether the words begin with a verb of the kind duties begin with ("Drafts ...", "Preparing ...")."""
    for match, _ in zip(_FIRST_WORD.finditer(words[:60]), range(2), strict=False):
        word = match[0].lower()
        if word in duty_rules().verbs or lemmatize(word, "en") in duty_rules().verbs:
            return True
        if not word.endswith("ly"):
            return False
    return False


@Language.component("rolecall_duties", assigns=["doc._.reading", "doc.spans"], requires=["doc._.reading"])
def mark_duties(doc: Doc) -> Doc:
    """Find the duties; ``doc.spans["duties"]`` holds the same, widened to whole tokens."""
    reading = reading_of(doc)
    reading.duties = [DutyReading(start, end) for start, end in find_duties(reading.text, reading.pieces)]
    spans = (doc.char_span(duty.start, duty.end, label="DUTY", alignment_mode="expand") for duty in reading.duties)
    doc.spans[SPANS_KEY] = [span for span in spans if span is not None]
    return doc
