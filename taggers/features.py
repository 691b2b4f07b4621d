"""What the learned parts see of a piece of text: its words, its neighbouring words and the concepts they stand for.

Features of a word are rows of a table: the word, the word as the first of its piece, and the pair with the word
before. A piece's score is the sum of its rows' weights over the root of the sum of their squared idf, so that long and
short pieces compare. Concepts (``data/concepts.toml``) say which act or thing a word stands for; a piece has a concept
or has it not.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from taggers.words import FIRST_WORD, Vocabulary, Words, lemma

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

N_SLOTS = 3
"""Rows a word has: itself, itself as first word, and the pair with the word before."""


@cache
def concept_words() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Concept -> its words and two-word phrases, as lemmas (``data/concepts.toml``)."""
    data: dict[str, Any] = tomllib.loads((files("taggers") / "data" / "concepts.toml").read_text(encoding="utf-8"))
    groups = (group for name, group in data.items() if name in ("act", "thing", "outside"))
    return {
        concept: tuple(dict.fromkeys(tuple(map(lemma, phrase.split())) for phrase in phrases))
        for group in groups
        for concept, phrases in group.items()
    }


class PieceFeatures(NamedTuple):
    """The features of some pieces of one or several texts."""

    rows: Ints
    """(words, N_SLOTS): rows of the table; 0 for none."""
    piece_of: Ints
    """Piece that each word stands in, ascending."""
    n_pieces: int
    words: Words
    """The words that ``rows`` speaks of."""
    pairs: Ints
    """Of each word, the known pair that it ends, counted from 1; 0 for none."""


@dataclass(frozen=True)
class FeatureSpace:
    """The table of features: which rows exist."""

    vocabulary: Vocabulary
    pairs: Ints
    """Sorted keys of known pairs of neighbouring words."""

    def __post_init__(self) -> None:
        concepts = concept_words()
        of_word = np.zeros((len(self.vocabulary), len(concepts)), bool)
        of_pair = np.zeros((len(self.pairs) + 1, len(concepts)), bool)
        for column, phrases in enumerate(concepts.values()):
            for phrase in phrases:
                numbers = np.array([self.vocabulary.number(word) for word in phrase])
                if len(phrase) == 1:
                    of_word[numbers[0], column] = True
                elif len(phrase) == 2:
                    of_pair[_index(self.pairs, self.keys(numbers[:1], numbers[1:]))[0], column] = True
        of_word[:FIRST_WORD] = of_pair[0] = False
        object.__setattr__(self, "_concepts_of_word", of_word)
        object.__setattr__(self, "_concepts_of_pair", of_pair)

    def keys(self, first: Ints, second: Ints) -> Ints:
        """Keys of pairs of word numbers."""
        return first * len(self.vocabulary) + second

    @property
    def n_rows(self) -> int:
        """Rows of the table, the empty row 0 included."""
        return 1 + 2 * len(self.vocabulary) + len(self.pairs)

    def features(self, words: Words, starts: Ints, ends: Ints) -> PieceFeatures:
        """Features of the pieces ``[starts:ends)`` of the text the words come from."""
        piece_of = np.searchsorted(starts, words.starts, "right") - 1
        inside = (piece_of >= 0) & (words.starts < np.append(ends, 0)[piece_of])
        if not inside.all():
            words, piece_of = Words(*(each[inside] for each in words)), piece_of[inside]
        numbers = words.numbers
        n_words = len(self.vocabulary)
        rows = np.zeros((len(numbers), N_SLOTS), np.int64)
        rows[:, 0] = 1 + numbers
        is_first = np.zeros(len(numbers), bool)
        is_first[firsts_of(piece_of)] = True
        rows[:, 1] = np.where(is_first, 1 + n_words + numbers, 0)
        pairs = np.zeros(len(numbers), np.int64)
        pairs[1:] = _index(self.pairs, self.keys(numbers[:-1], numbers[1:])) * ~is_first[1:]
        rows[:, 2] = np.where(pairs, 2 * n_words + pairs, 0)
        return PieceFeatures(rows, piece_of, len(starts), words, pairs)

    def concepts(self, features: PieceFeatures) -> Floats:
        """(pieces, concepts): which concepts a piece has, each row of length 1."""
        of_word = self._concepts_of_word[features.words.numbers]  # type: ignore[attr-defined]
        of_word |= self._concepts_of_pair[features.pairs]  # type: ignore[attr-defined]
        present = by_group(of_word, features.piece_of, features.n_pieces, np.logical_or).astype(np.float32)
        unit: Floats = present / np.sqrt(np.maximum(present.sum(axis=1, keepdims=True), 1))
        return unit


def join_words(texts: Sequence[Words], lengths: Sequence[int]) -> tuple[Words, Ints]:
    """The words of several texts as if they stood one behind the other, and where each text then begins."""
    offsets = np.cumsum([0, *(length + 1 for length in lengths)])[:-1]
    numbers = np.concatenate([words.numbers for words in texts])
    starts = np.concatenate([words.starts + offset for words, offset in zip(texts, offsets, strict=True)])
    ends = np.concatenate([words.ends + offset for words, offset in zip(texts, offsets, strict=True)])
    return Words(numbers, starts, ends), offsets


def firsts_of(group_of: Ints) -> Ints:
    """Indexes at which a new group begins; groups ascend."""
    is_first = np.ones(len(group_of), bool)
    np.not_equal(group_of[1:], group_of[:-1], out=is_first[1:])
    return np.flatnonzero(is_first)


def by_group(values: NDArray[Any], group_of: Ints, n_groups: int, reduce: Any = np.add) -> NDArray[Any]:
    """(rows, columns) -> (groups, columns), reduced by group; a group without rows has zeros."""
    total = np.zeros((n_groups, *values.shape[1:]), values.dtype)
    if len(values):
        firsts = firsts_of(group_of)
        total[group_of[firsts]] = reduce.reduceat(values, firsts)
    return total


def means_by_group(values: NDArray[Any], group_of: Ints, n_groups: int) -> NDArray[Any]:
    """(rows, columns) -> (groups, columns): means; a group without rows has zeros."""
    counts = np.maximum(np.bincount(group_of, minlength=n_groups), 1)
    result: NDArray[Any] = by_group(values, group_of, n_groups) / counts[:, None].astype(values.dtype)
    return result


def _index(known: Ints, keys: Ints) -> Ints:
    """Position from 1 of each key among the known ones; 0 for an unknown key."""
    if not len(known):
        return np.zeros(len(keys), np.int64)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[place] == keys, place + 1, 0)
