"""Which of the article's definitions a duty is an instance of, and the words that decided it.

A definition is known by signals: pairs of concepts such as "draft > court_paper". The definitions and their signals are
``data/definitions.toml``, the concepts' words ``data/concepts.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from taggers.concepts import Mention, concept_lists, lemma, lexicon
from taggers.reading import Match, reading_of

SPANS_KEY = "evidence"
MIN_SCORE = 0.5
"""A weaker match is no instance."""

OUTSIDE = 0.7
"""What is left of every score when the duty speaks of work outside the article's roles."""

MAX_WORDS = 200
"""Words of a duty that are looked at; no duty that a person wrote is longer."""

SUPPORT = 0.3
"""How much of the room to 1 a second signal takes, times its own strength."""

_Hit = tuple[float, list[Mention]]
"""A signal that holds: its strength and the mentions that make it hold."""

_SIGNAL = re.compile(
    r"(?P<first>\w+)(?:\s*(?P<joint>[>&])\s*(?P<second>\w+))?(?P<also>(?:\s*&\s*\w+)*)(?P<without>(?:\s*!\w+)*)"
    r"\s*=\s*(?P<strength>1(?:\.0)?|0?\.\d+)"
)


@dataclass(frozen=True, slots=True)
class Signal:
    """A combination of concepts with the strength it lends to a definition."""

    first: str
    second: str | None
    ordered: bool
    """Whether the second must stand after the first."""
    also: tuple[str, ...]
    without: tuple[str, ...]
    strength: float


@dataclass(frozen=True, slots=True)
class Definition:
    """One duty definition of the article."""

    id: str
    role: str
    says: str
    section: str
    signals: tuple[Signal, ...]


def parse_signal(written: str) -> Signal:
    """``"draft > court_paper & lawyer !supervise = 0.9"`` -> Signal; raises ValueError for anything else."""
    match = _SIGNAL.fullmatch(written.strip())
    if not match:
        raise ValueError(f"signal {written!r}: expected 'concept [> or & concept] [& concept]... [!concept]... = 0.7'")
    also, without = (tuple(re.findall(r"\w+", match[group])) for group in ("also", "without"))
    named = {match["first"], match["second"] or match["first"], *also, *without}
    if unknown := sorted(named - {concept for group in concept_lists().values() for concept in group}):
        raise ValueError(f"signal {written!r}: no such concept: {', '.join(unknown)}")
    return Signal(match["first"], match["second"], match["joint"] == ">", also, without, float(match["strength"]))


@cache
def definitions() -> tuple[Definition, ...]:
    """The article's definitions in the file's order, read once."""
    data: dict[str, Any] = tomllib.loads((files("taggers") / "data" / "definitions.toml").read_text(encoding="utf-8"))
    return tuple(
        Definition(
            id=entry["id"],
            role=role_of(entry["id"]),
            says=entry["says"],
            section=entry["section"],
            signals=tuple(map(parse_signal, entry["signals"])),
        )
        for entry in data["definition"]
    )


@cache
def _signals_by_concept() -> dict[str, list[tuple[Definition, Signal]]]:
    """First concept of a signal -> the signals that begin with it: few of them can hold in one duty."""
    table: dict[str, list[tuple[Definition, Signal]]] = {}
    for definition in definitions():
        for signal in definition.signals:
            table.setdefault(signal.first, []).append((definition, signal))
    return table


def role_of(definition_id: str) -> str:
    """``legal_secretary.communication`` -> ``legal secretary``."""
    return definition_id.partition(".")[0].replace("_", " ")


def match_duty(words: list[str]) -> tuple[list[Match], str | None]:
    """The definitions that a duty is an instance of, best first, and the outside kind of work it mentions, if any.

    words: the duty's words in order.
    """
    by_concept: dict[str, list[Mention]] = {}
    for mention in lexicon().mentions([lemma(word) for word in words[:MAX_WORDS]]):
        by_concept.setdefault(mention.concept, []).append(mention)
    hits: dict[str, list[_Hit]] = {}
    for concept in by_concept:
        for definition, signal in _signals_by_concept().get(concept, ()):
            if mentions := _holds(signal, by_concept):
                hits.setdefault(definition.id, []).append((signal.strength, mentions))
    outside = next((concept for concept in concept_lists()["outside"] if concept in by_concept), None)
    room = OUTSIDE if outside or "supervise" in by_concept else 1.0
    found = [
        match for definition in definitions() if (match := _match(definition, hits.get(definition.id), words, room))
    ]
    found.sort(key=lambda match: -match.score)
    return found, outside


def _match(definition: Definition, hits: list[_Hit] | None, words: list[str], room: float) -> Match | None:
    """The definition's score from the signals that hold: the strongest, raised a little by the next two."""
    if not hits:
        return None
    hits.sort(key=lambda hit: -hit[0])
    score = hits[0][0]
    for strength, _ in hits[1:3]:
        score += (1 - score) * SUPPORT * strength
    if score * room < MIN_SCORE:
        return None
    where = tuple(sorted({(mention.start, mention.end) for mention in hits[0][1]}))
    evidence = tuple(" ".join(words[start:end]) for start, end in where)
    return Match(definition.id, definition.role, round(score * room, 3), evidence, where)


def _holds(signal: Signal, by_concept: dict[str, list[Mention]]) -> list[Mention] | None:
    """The mentions that make the signal hold, or None."""
    if any(concept in by_concept for concept in signal.without):
        return None
    firsts = by_concept.get(signal.first)
    if not firsts:
        return None
    if signal.second is None:
        pair = [firsts[0]]
    else:
        seconds = by_concept.get(signal.second, ())
        found = _pair(firsts, seconds, signal.ordered)
        if not found:
            return None
        pair = list(found)
    for concept in signal.also:
        if concept not in by_concept:
            return None
        pair.append(by_concept[concept][0])
    return pair


def _pair(firsts: Iterable[Mention], seconds: Iterable[Mention], ordered: bool) -> tuple[Mention, Mention] | None:
    """The closest pair that does not overlap, in order if asked."""
    pairs = (
        (abs(second.start - first.start), first, second)
        for first in firsts
        for second in seconds
        if (first.end <= second.start if ordered else first.end <= second.start or second.end <= first.start)
    )
    best = min(pairs, key=lambda pair: pair[0], default=None)
    return best[1:] if best else None


def _words_of(doc: Doc, start: int, end: int) -> list[Token]:
    """The word tokens between two offsets of the text."""
    span = doc.char_span(start, end, alignment_mode="expand")
    return [token for token in span or () if not token.is_punct and not token.is_space]


@Language.component(
    "rolecall_definitions", assigns=["doc._.reading", "doc.spans"], requires=["doc._.reading", "doc.spans"]
)
def match_definitions(doc: Doc) -> Doc:
    """Match every duty with the definitions; ``doc.spans["evidence"]`` holds the best definition's words, labelled."""
    evidence: list[Span] = []
    for duty in reading_of(doc).duties:
        tokens = _words_of(doc, duty.start, duty.end)
        duty.matches, duty.outside = match_duty([token.text for token in tokens])
        for match in duty.matches[:1]:
            evidence += [
                Span(doc, tokens[start].i, tokens[end - 1].i + 1, label=match.definition) for start, end in match.where
            ]
    doc.spans[SPANS_KEY] = evidence
    return doc
