"""The duties an ad lists: one exact span a duty, and nothing that is a requirement, a benefit or the employer's praise.

A bullet is one duty, with the sentences that follow in it. A sentence of running text is a duty when it says what the
job holder does; the words that only lead in ("The paralegal will be responsible for") are left off. Semicolon lists
are cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from taggers.component import BatchComponent
from taggers.lines import Piece, is_duty_verb, line_rules
from taggers.reading import DutyReading, reading_of

MAX_LEAD_CHARS = 260
"""Longest lead-in looked for."""

_SEMICOLON = re.compile(r"\s*;\s*(?:and\s+|or\s+)?(?=[\w\"“(])")
_GERUND_COMMA = re.compile(r",\s+(?:and\s+)?(?=(?:[a-z]+ly\s+)?[a-z]+ing(?:\s+[\w’'/-]+){2})")
_GERUND = re.compile(r"(?:[A-Za-z]+ly\s+)?[A-Za-z]+ing\b")
_EXAMPLES = re.compile(r"\b(?:including|such as|e\.g\.|includes?|like)\b")
_STILL_LEADS = re.compile(
    r"(?:duties|responsib|accountab|tasks?|functions?|may|must|will|assignments?|work)", re.IGNORECASE
)
"""Beginnings that are a duty's as well as a lead-in's."""

_LEADS_ONLY = re.compile(r"\b(?:will|shall|the following|includ(?:e|es|ing)|limited to|responsible (?:for|to))$")
"""Ends of words that only lead in to duties in the next lines."""

_FIRST_WORD = re.compile(r"[A-Za-z][A-Za-z-]*")
_TWO_WORDS = re.compile(r"[A-Za-z][A-Za-z-]*[^A-Za-z-][^A-Za-z]*[A-Za-z]")
_CHARS_AT_END = " \t\n,;:–—-"


def find_duties(text: str, pieces: list[Piece], kinds: list[str]) -> list[tuple[int, int]]:
    """(start, end) of every duty of the text, in order."""
    spans = (span for start, end in _duty_units(pieces, kinds) for span in _cut(text, start, end))
    return [span for span in spans if _TWO_WORDS.search(text, *span) and not _LEADS_ONLY.search(text, *span)]


def _duty_units(pieces: list[Piece], kinds: list[str]) -> Iterator[tuple[int, int]]:
    """(start, end) of pieces that hold duties: a bullet with the sentences that follow in it, or one sentence."""
    index = 0
    while index < len(pieces):
        piece, kind = pieces[index], kinds[index]
        end, index = piece.end, index + 1
        while piece.marked and index < len(pieces) and _continues(pieces[index], kinds[index]):
            end, index = pieces[index].end, index + 1
        if _holds_duty(piece, kind):
            yield piece.start + lead_length(piece.text), end


def _holds_duty(piece: Piece, kind: str) -> bool:
    if kind != "duty" and not (kind == "about" and _says_what_one_does(piece.text)):
        return False
    return not line_rules().catch_all.may_match(piece.text.rstrip(_CHARS_AT_END + "."))


def _says_what_one_does(words: str) -> bool:
    """Whether a sentence leads in to a duty beyond doubt ("Duties include: ..."), whatever it sounds like."""
    if not line_rules().may_be_sure.may_match(words):
        return False
    lead = line_rules().sure_lead_in.match(words)
    return lead is not None and begins_like_duty(words[lead.end() :])


def _continues(following: Piece, kind: str) -> bool:
    return not (following.marked or following.starts_line) and kind == "duty"


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut at semicolons behind which another duty begins; leave off white space and list punctuation."""
    cuts = list(_cuts(text, start, end))
    starts, ends = [start, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), end]
    for part_start, part_end in zip(starts, ends, strict=True):
        words = text[part_start:part_end].rstrip(_CHARS_AT_END)
        n_stripped = len(words) - len(words.lstrip(_CHARS_AT_END))
        if len(words) > n_stripped:
            yield part_start + n_stripped, part_start + len(words)


def _cuts(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Semicolons, and commas of a run of gerunds ("typing letters, answering calls, ordering supplies")."""
    if text.find(";", start, end) >= 0:
        for match in _SEMICOLON.finditer(text, start, end):
            if begins_like_duty(text[match.end() : match.end() + MAX_LEAD_CHARS]):
                yield match
    elif _GERUND.match(text, start) and not _EXAMPLES.search(text, start, end):
        gerunds = list(_GERUND_COMMA.finditer(text, start, end))
        yield from gerunds if len(gerunds) > 1 else ()


def lead_length(words: str) -> int:
    """How many characters of the words only lead in to the duty."""
    length = 0
    if begins_like_duty(words) and not _STILL_LEADS.match(words):
        return 0
    for _ in range(3):
        match = line_rules().lead_in.match(words[length : length + MAX_LEAD_CHARS])
        if not match or not match.end() or not re.search(r"\w", words[length + match.end() :]):
            break
        length += match.end()
    return length


def begins_like_duty(words: str) -> bool:
    """Whether the words begin with a verb of the kind duties begin with ("Drafts ...", "Preparing ...")."""
    for match, _ in zip(_FIRST_WORD.finditer(words[:60]), range(2), strict=False):
        if is_duty_verb(match[0]):
            return True
        if not match[0].endswith("ly"):
            return False
    return False


def mark_duties(docs: Sequence[Doc]) -> None:
    """Find the duties."""
    for reading in map(reading_of, docs):
        spans = find_duties(reading.text, reading.pieces, reading.kinds)
        reading.duties = [DutyReading(start, end) for start, end in spans]


@Language.factory("rolecall_duties", assigns=["doc._.reading"], requires=["doc._.reading"])
def make_duties(nlp: Language, name: str) -> BatchComponent:
    """The component that finds the duties."""
    return BatchComponent(mark_duties)
