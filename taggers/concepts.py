"""Concepts: which words of a duty stand for which act or thing (``data/concepts.toml``)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from simplemma import lemmatize

_WORD = re.compile(r"[A-Za-z0-9&/'’-]+")


@lru_cache(maxsize=1 << 17)
def lemma(word: str) -> str:
    """Lower-case lemma of an English word; a possessive counts as the word."""
    plain = word.lower().replace("’", "'").removesuffix("'s").rstrip("'")
    return lemmatize(plain, "en") if plain.isascii() and plain.isalpha() else plain


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a duty that stand for a concept."""

    concept: str
    start: int
    """Index of the first word."""
    end: int
    """Index after the last word."""


class Lexicon:
    """Finds the mentions of all concepts in a sequence of lemmas, phrases included, in one pass."""

    def __init__(self, concepts: dict[str, list[str]]) -> None:
        self._single: dict[str, list[str]] = {}
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for concept, entries in concepts.items():
            for entry in dict.fromkeys(entries):
                self._add(concept, tuple(lemma(word) for word in _WORD.findall(entry)))

    def _add(self, concept: str, words: tuple[str, ...]) -> None:
        if len(words) == 1:
            known = self._single.setdefault(words[0], [])
            if concept not in known:
                known.append(concept)
        else:
            self._phrases.setdefault(words[0], []).append((words, concept))

    def mentions(self, lemmas: Sequence[str]) -> list[Mention]:
        """Every mention of every concept, in the order of the words."""
        found: list[Mention] = []
        for index, word in enumerate(lemmas):
            for words, concept in self._phrases.get(word, ()):
                if tuple(lemmas[index : index + len(words)]) == words:
                    found.append(Mention(concept, index, index + len(words)))
            for concept in self._single.get(word, ()):
                found.append(Mention(concept, index, index + 1))
        return found


@cache
def concept_lists() -> dict[str, dict[str, list[str]]]:
    """``act``, ``thing`` and ``outside`` of the data file: concept -> words."""
    data: dict[str, Any] = tomllib.loads((files("taggers") / "data" / "concepts.toml").read_text(encoding="utf-8"))
    return data


@cache
def lexicon() -> Lexicon:
    """The lexicon of all concepts, built once."""
    return Lexicon({concept: words for group in concept_lists().values() for concept, words in group.items()})
