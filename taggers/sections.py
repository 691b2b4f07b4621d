"""Which part of the ad each piece belongs to: duties, requirements, benefits, pay, about, how to apply, or a heading.

Two learned steps. The first judges a piece by its own words; the second by what the first says of it and of its
neighbours, by the last heading above it and by its shape. So an ad without headings is read by its words, and a line
that says little by where it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from taggers.component import BatchComponent
from taggers.features import Floats, Ints, join_words
from taggers.lines import Piece, pieces_of
from taggers.model import Model, load_model, probabilities
from taggers.reading import Reading, reading_of
from taggers.words import Words

PARTS = ("duty", "requirement", "benefit", "about", "pay", "apply")
"""What a piece can be."""

HEADING = "heading:"
ANSWERS = (*PARTS, *(HEADING + part for part in PARTS))
"""What a piece can be, headings told by the part of the ad they open."""

N_PARTS = len(PARTS)
MAX_SHAPE_WORDS = 60
LOWEST_LOG = -7.0
REACH = (-2, -1, 1, 2)
"""Neighbours looked at."""

HEADING_SHARE = 0.5
"""A piece is taken for a heading, when others look up to it, from this probability on."""


def label_pieces(model: Model, readings: Sequence[Reading]) -> None:
    """Fill ``kinds`` of every reading, what each of its pieces is (one of ANSWERS), and ``sought``."""
    pieces = [piece for reading in readings for piece in reading.pieces]
    if not pieces:
        return
    features = model.space.features(*place(readings, [reading.pieces for reading in readings]))
    section, sought = model.logits(features, "section", "sought")
    logs = log_probabilities(section)
    counts = [len(reading.pieces) for reading in readings]
    layer = model.layers["section"]
    best = layer.logits(context_figures(logs, pieces, counts)).argmax(axis=1)
    answers = [layer.answers[number] for number in best.tolist()]
    for reading, end, count in zip(readings, accumulate(counts), counts, strict=True):
        reading.kinds, reading.sought = answers[end - count : end], sought[end - count : end]


def place(readings: Sequence[Reading], stretches: Sequence[Sequence[Any]]) -> tuple[Words, Ints, Ints]:
    """The words of all readings in one row, and in it the starts and ends of each reading's stretches."""
    words, offsets = join_words([reading.words for reading in readings], [len(reading.text) for reading in readings])
    bounds = np.array([(each.start, each.end) for of_text in stretches for each in of_text], np.int64).reshape(-1, 2)
    bounds += np.repeat(offsets, [len(of_text) for of_text in stretches])[:, None]
    return words, bounds[:, 0], bounds[:, 1]


def log_probabilities(section: Floats) -> Floats:
    """(pieces, ANSWERS) log-odds by a piece's own words -> logarithms of probabilities, none endless."""
    logs: Floats = np.maximum(np.log(probabilities(section) + 1e-9), LOWEST_LOG)
    return logs


def context_figures(logs: Floats, pieces: Sequence[Piece], counts: Sequence[int]) -> Floats:
    """(pieces, figures) what the second step sees of each piece.

    counts: how many of the pieces belong to each ad; nobody's neighbour is in another ad.
    """
    ad_of = np.repeat(np.arange(len(counts)), counts)
    shapes = np.array([shape_of(piece) for piece in pieces], np.float32)
    neighbours = [_shifted(logs, by, ad_of) for by in REACH]
    running = np.zeros((len(logs), N_PARTS), np.float32)
    for by in range(1, 5):
        running += np.exp(_shifted(logs[:, :N_PARTS], -by, ad_of)) / 4
    return np.hstack([logs, *neighbours, _under(logs, ad_of), running, shapes, _shifted(shapes[:, :3], -1, ad_of)])


def shape_of(piece: Piece) -> tuple[float, ...]:
    """How a piece looks: marked, begins its line, ends with a colon or full stop, capitals, length, money, list."""
    text = piece.text
    n_words = text.count(" ") + 1
    last = text[-1:]
    return (
        piece.marked,
        piece.starts_line,
        last == ":",
        last in ".;",
        text.isupper(),
        text[:1].isupper(),
        min(n_words, MAX_SHAPE_WORDS) / MAX_SHAPE_WORDS,
        n_words <= 4,
        "$" in text or "£" in text,
        ";" in text,
    )


def _shifted(figures: Floats, by: int, ad_of: Ints) -> Floats:
    """Each row's neighbour ``by`` rows away; zeros where that is another ad's, or beyond the ends."""
    moved = np.zeros_like(figures)
    near, far = (slice(-by, None), slice(None, by)) if by < 0 else (slice(None, -by), slice(by, None))
    moved[near] = figures[far] * (ad_of[near] == ad_of[far])[:, None]
    return moved


def _under(logs: Floats, ad_of: Ints) -> Floats:
    """(pieces, parts + 2): the part that the last heading above opens, how near it is, and whether there is none."""
    headings = np.exp(logs[:, N_PARTS:])
    places = np.arange(len(logs))
    last = np.maximum.accumulate(np.where(headings.sum(axis=1) >= HEADING_SHARE, places, -1))
    last = np.concatenate([[-1], last[:-1]])
    known = (last >= 0) & (ad_of[last] == ad_of)
    shares = headings[last] / headings[last].sum(axis=1, keepdims=True)
    nearness = 1 / (1 + places - last)
    return np.column_stack([shares * known[:, None], nearness * known, ~known]).astype(np.float32)


def label_sections(docs: Sequence[Doc]) -> None:
    """Cut the texts into pieces and say of each which part of the ad it is."""
    model = load_model()
    for doc in docs:
        reading = doc._.reading = doc._.reading or Reading(text=doc.text)
        reading.words = model.space.vocabulary.words_of(doc)
        reading.pieces = pieces_of(reading.text)
    label_pieces(model, [reading_of(doc) for doc in docs])


@Language.factory("rolecall_sections", assigns=["doc._.reading"])
def make_sections(nlp: Language, name: str) -> BatchComponent:
    """The component that cuts ads into pieces and labels them."""
    return BatchComponent(label_sections)
