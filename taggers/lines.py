"""Cut an ad's text into pieces: lines, bullets and sentences, also where the source lost its line breaks.

A piece is the smallest unit that sections and duties are decided on. Pieces never overlap, stand in the text's order
and carry exact offsets; bullet marks and white space around them belong to none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BULLET = r"[•·▪■●○◦‣⁃∙➢➤►✓✔❖§\uf0b7\uf0a7]"
_MARK = re.compile(
    rf"(?P<bullet>{_BULLET}|[-–—*+](?=\s)|o(?=[\t]|\s{{2,}}))\s*|(?P<number>\(?(?:\d{{1,2}}|[a-zA-Z]|[ivx]{{1,4}})[.)])\s+"
)
_BREAK = re.compile(
    rf"(?P<newline>\n+)"
    rf"|(?P<bullet>\s*{_BULLET}\s*|\s+[*]\s+(?=[A-Z])|(?<=[.;:,])\s+[-–]\s*(?=[A-Z])|\s{{2,}}[-–—]\s*(?=[A-Za-z])|\s+o\t\s*|\s\s+o\s+(?=[A-Za-z]))"
    r"|(?P<number>(?<=[.;:])\s+\(?\d{1,2}[.)]\s+(?=[A-Za-z])|(?<=[a-z,])\s+\(?\d{1,2}\)\s+(?=[A-Z]))"
    r"|(?P<tab>\t+\s*)"
    r"|(?P<wide>[ \u00a0]{3,}|(?<=[a-z;:)])[ ]{2}(?=[A-Z]))"
    r"|(?P<sentence>(?<=[.!?])[\"”’')]*\s+(?=[\"“‘'(]?[A-Z\[]))"
    r"|(?P<glued>(?<=[a-z)])[.!](?=[A-Z][a-z]+\s)|(?<=[a-z.;)])(?=[A-Z][a-z]+(?:\s[A-Za-z]+){0,2}:\s))"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|[a-z]|Mr|Mrs|Ms|Dr|Jr|Sr|St|No|Nos|vs?|Inc|Ltd|Corp|Co|Dept|Div|Ave|approx|etc|e\.g|i\.e|U\.S|N\.Y|D\.C|Esq|Ph\.D|J\.D|a\.m|p\.m|incl|min|max|Art|Sec|Rm|Fl|Bldg)|(?:\A|[\n;:.])\s*\(?\d{1,2})\.$"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A line, bullet or sentence of the text."""

    start: int
    """Offset of its first character."""

    end: int
    """Offset after its last character."""

    text: str
    """``ad[start:end]``."""

    marked: bool
    """Whether a bullet or number stands before it."""

    starts_line: bool
    """Whether it begins a line of the text."""


def pieces_of(text: str) -> list[Piece]:
    """The pieces of a text, in order."""
    found: list[Piece] = []
    for start, end, marked, starts_line in _stretches(text):
        piece = _trimmed(text, start, end, marked, starts_line)
        if piece:
            found.append(piece)
    return found


def _stretches(text: str) -> Iterator[tuple[int, int, bool, bool]]:
    start, marked, starts_line = 0, False, True
    for match in _BREAK.finditer(text):
        kind = match.lastgroup
        if kind == "sentence" and _ABBREVIATION.search(text, max(0, match.start() - 12), match.start()):
            continue
        yield start, match.start() + match[0].startswith((".", "!")), marked, starts_line
        start = match.end()
        marked = kind in ("bullet", "number")
        starts_line = kind == "newline" or (marked and "\n" in match[0])
    yield start, len(text), marked, starts_line


def _trimmed(text: str, start: int, end: int, marked: bool, starts_line: bool) -> Piece | None:
    """Without the mark and the space around; None when nothing but punctuation is left."""
    while start < end and text[start].isspace():
        start += 1
    if starts_line and (mark := _MARK.match(text, start, end)):
        start, marked = mark.end(), True
    while end > start and (text[end - 1].isspace() or text[end - 1] in "•·"):
        end -= 1
    words = text[start:end]
    if not any(char.isalnum() for char in words):
        return None
    return Piece(start, end, words, marked, starts_line)
