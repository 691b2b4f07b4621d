"""Which part of the ad each piece belongs to: duties, requirements, benefits, pay, about, apply.

Headings open sections; a piece before any heading belongs to ``intro``. A piece's own words (``own_section``) may
overrule the section it stands in. The words are data: ``data/sections.toml``.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from taggers.lines import Piece, pieces_of
from taggers.reading import Reading

SECTIONS = ("duties", "requirements", "benefits", "pay", "about", "apply", "intro")
MAX_HEADING_WORDS = 9
MAX_CUE_CHARS = 400
"""How far into a piece its own words are looked at."""


@dataclass(frozen=True, slots=True)
class SectionedPiece:
    """A piece with the section it stands in."""

    piece: Piece
    under: str
    """Section of the last heading; ``intro`` before any."""
    is_heading: bool


@dataclass(frozen=True)
class SectionRules:
    """``data/sections.toml``, compiled."""

    headings: dict[str, re.Pattern[str]]
    cues: dict[str, re.Pattern[str]]
    inline_labels: re.Pattern[str]


@cache
def section_rules() -> SectionRules:
    """The rules, read once."""
    data: dict[str, Any] = tomllib.loads((files("taggers") / "data" / "sections.toml").read_text(encoding="utf-8"))
    with_colon = "|".join(data["inline_label"]["with_colon"])
    without_colon = "|".join(data["inline_label"]["without_colon"])
    return SectionRules(
        headings={
            name: re.compile(rf"(?:{'|'.join(words)})\s*[:.–—-]*\s*", re.IGNORECASE)
            for name, words in data["heading"].items()
        },
        cues={name: re.compile("|".join(words), re.IGNORECASE) for name, words in data["cue"].items()},
        inline_labels=re.compile(rf"(?:(?<=[\s.;)])|^)(?:(?i:{with_colon})\s?:|(?:{without_colon})(?=[\s:]))"),
    )


def sectioned(text: str) -> list[SectionedPiece]:
    """The pieces of a text, each with its section."""
    found: list[SectionedPiece] = []
    under = "intro"
    for piece in _split_at_labels(pieces_of(text)):
        heading = heading_section(piece)
        under = heading or under
        found.append(SectionedPiece(piece, under, heading is not None))
    return found


def heading_section(piece: Piece) -> str | None:
    """The section this piece opens, if it is a heading: short, and known by its words."""
    words = piece.text.strip(" *_#:").replace("’", "'")
    if len(words) > 110 or piece.text.rstrip().endswith((".", ";", ",")):
        return None
    colon = piece.text.rstrip().endswith(":")
    if not (colon or len(words.split()) <= MAX_HEADING_WORDS) or (piece.marked and not colon):
        return None
    if not (colon or words[:1].isupper()):
        return None
    for name, pattern in section_rules().headings.items():
        if pattern.fullmatch(words):
            return name
    return (
        "other"
        if words.isupper() and piece.starts_line and len(words.split()) <= MAX_HEADING_WORDS and len(words) > 3
        else None
    )


def own_section(words: str) -> str | None:
    """The section that a piece's own words name, if they do."""
    beginning = words[:MAX_CUE_CHARS]
    for name, pattern in section_rules().cues.items():
        if pattern.search(beginning):
            return name
    return None


def _split_at_labels(pieces: list[Piece]) -> list[Piece]:
    """Cut pieces at labels such as "Work Location:" that lost their line break."""
    found: list[Piece] = []
    for piece in pieces:
        starts = [match.span() for match in section_rules().inline_labels.finditer(piece.text)]
        edges = [0, *(edge for span in starts for edge in span), len(piece.text)]
        for position, (start, end) in enumerate(pairwise(edges)):
            words = piece.text[start:end].strip()
            if any(char.isalnum() for char in words):
                offset = piece.start + start + piece.text[start:end].index(words)
                first = position == 0
                found.append(
                    Piece(offset, offset + len(words), words, piece.marked and first, piece.starts_line and first)
                )
    return found


@Language.component("rolecall_sections", assigns=["doc._.reading"])
def label_sections(doc: Doc) -> Doc:
    """Cut the text into pieces and say of each which part of the ad it belongs to."""
    reading = doc._.reading = doc._.reading or Reading(text=doc.text)
    reading.pieces = sectioned(reading.text)
    return doc
