"""Which of the article's definitions a duty is an instance of, and the words that decided it.

Each definition has a learned column; whether the duty is an instance of any is decided by a gate that also looks at
the ad's other duties. The definitions in our own words are ``data/definitions.toml``; what illustrates them are the
example duties of ``data/voices``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from taggers.component import BatchComponent
from taggers.features import Floats, Ints, PieceFeatures, by_group, means_by_group
from taggers.model import Head, Model, load_model, probabilities, sigmoid
from taggers.reading import Match, Reading, reading_of
from taggers.sections import place

DEFINED = "defined"
"""The answer that a duty is an instance of some definition."""

MIN_DEFINED = 0.65
"""Probability from which on a duty counts as an instance of a definition."""

MIN_OF_BEST = 0.2
"""A further definition must have this share of the best one's probability."""

MAX_MATCHES = 4
EVIDENCE_SHARE = 0.3
"""A word is evidence when it gives this share of what the strongest word gives."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One duty definition of the article."""

    id: str
    role: str
    says: str
    section: str


@cache
def definitions() -> tuple[Definition, ...]:
    """The article's definitions in the file's order, read once."""
    data: dict[str, Any] = tomllib.loads((files("taggers") / "data" / "definitions.toml").read_text(encoding="utf-8"))
    return tuple(
        Definition(entry["id"], role_of(entry["id"]), entry["says"], entry["section"]) for entry in data["definition"]
    )


def role_of(definition_id: str) -> str:
    """``legal_secretary.communication`` -> ``legal secretary``."""
    return definition_id.partition(".")[0].replace("_", " ")


def gate_figures(by_definition: Floats, work: Floats, ad_of: Ints, n_ads: int) -> Floats:
    """(duties, figures) by which the gate decides: the duty's own log-odds, and the means over its ad.

    by_definition: (duties, definitions and DEFINED) log-odds. work: (duties, kinds of work) log-odds. ad_of: the ad of
    each duty, ascending.
    """
    best = np.partition(by_definition[:, :-1], (-2, -1), axis=1)[:, -2:]
    own = np.hstack([best, by_definition[:, -1:], probabilities(work)])
    shared = np.hstack([own, sigmoid(by_definition[:, -1:])])
    return np.hstack([own, means_by_group(shared, ad_of, n_ads)[ad_of]])


def match_duties(model: Model, readings: Sequence[Reading]) -> None:
    """Fill the matches of every reading's duties, and the log-odds that the role is decided by."""
    duties = [duty for reading in readings for duty in reading.duties]
    if not duties:
        return
    words, starts, ends = place(readings, [reading.duties for reading in readings])
    features = model.space.features(words, starts, ends)
    counts = [len(reading.duties) for reading in readings]
    ad_of = np.repeat(np.arange(len(readings)), counts)
    head = model.heads["definition"]
    by_definition, work = model.logits(features, "definition", "work")
    gate = model.layers["gate"].logits(gate_figures(by_definition, work, ad_of, len(readings)))
    scores = sigmoid(by_definition[:, :-1])
    for duty, defined, of_duty in zip(duties, sigmoid(gate[:, 0]).tolist(), scores, strict=True):
        if defined >= MIN_DEFINED:
            duty.matches = _matches(head.answers, of_duty, defined)
    _add_evidence(head, features, readings, starts, scores.argmax(axis=1))
    for reading, end, count in zip(readings, accumulate(counts), counts, strict=True):
        reading.by_definition, reading.work = by_definition[end - count : end], work[end - count : end]


def _matches(ids: tuple[str, ...], scores: NDArray[Any], defined: float) -> list[Match]:
    """The definitions near the best one, best first; the best has the score that the duty is defined at all."""
    near = np.flatnonzero(scores >= MIN_OF_BEST * scores.max())
    ranked = sorted(((float(scores[number]), ids[number]) for number in near.tolist()), reverse=True)[:MAX_MATCHES]
    best = ranked[0][0]
    return [Match(one, role_of(one), round(defined * score / best, 3)) for score, one in ranked]


def _add_evidence(head: Head, features: PieceFeatures, readings: Sequence[Reading], starts: Ints, best: Ints) -> None:
    """Give the first match of every duty the words that speak most for it.

    starts: where each duty begins among the words of all readings; best: the column of its best definition.
    """
    given = head.of_rows[features.rows, best[features.piece_of][:, None]].sum(axis=1)
    most = by_group(given, features.piece_of, features.n_pieces, np.maximum)
    is_matched = np.array([bool(duty.matches) for reading in readings for duty in reading.duties])
    strong = is_matched[features.piece_of] & (given > 0) & (given >= EVIDENCE_SHARE * most[features.piece_of])
    spans = _joined(*(each[strong].tolist() for each in (features.piece_of, *features.words[1:])))
    owners = [(reading, duty) for reading in readings for duty in reading.duties]
    for number, (reading, duty) in enumerate(owners):
        if duty.matches:
            shift = int(starts[number]) - duty.start
            where = tuple((start - shift, end - shift) for start, end in spans.get(number, ()))
            words = tuple(reading.text[start:end] for start, end in where)
            duty.matches[0] = replace(duty.matches[0], evidence=words, where=where)


def _joined(duty_of: list[int], starts: list[int], ends: list[int]) -> dict[int, list[tuple[int, int]]]:
    """Duty -> (start, end) of its strong words, neighbours joined."""
    found: dict[int, list[tuple[int, int]]] = {}
    for number, start, end in zip(duty_of, starts, ends, strict=True):
        spans = found.setdefault(number, [])
        if spans and start - spans[-1][1] <= 1:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return found


def match_definitions(docs: Sequence[Doc]) -> None:
    """Match every duty with the definitions."""
    match_duties(load_model(), [reading_of(doc) for doc in docs])


@Language.factory("rolecall_definitions", assigns=["doc._.reading"], requires=["doc._.reading"])
def make_definitions(nlp: Language, name: str) -> BatchComponent:
    """The component that matches duties with the article's definitions."""
    return BatchComponent(match_definitions)
