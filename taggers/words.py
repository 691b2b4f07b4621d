"""Words as numbers: the vocabulary that the learned parts know, and a tokenizer that numbers words as it reads.

A word's number is kept on its lexeme (spaCy's ID attribute), so that it is worked out once per word type and an ad's
words come out of the Doc as one array. Words that name one of the article's roles have no number: the role must come
from the duties, and the same ad with every such word masked reads the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from simplemma import lemmatize
from spacy.attrs import ID, IDX, IS_SPACE, LENGTH, LOWER, NORM  # type: ignore[import-not-found]  # Cython, no stubs
from spacy.lang.en import English
from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.tokens import Doc

SILENT, UNKNOWN, NUMBER = 0, 1, 2
"""Numbers of what is no word (or names a role), of words outside the vocabulary, and of figures."""

FIRST_WORD = 3
MAX_CACHED_WORDS = 200_000
MAX_TEXT_CHARS = 1_000_000

ROLE_WORDS = frozenset({"paralegal", "para-legal", "paralegals", "role"})
"""Words that are a role's name on their own, and the mask ``[ROLE]`` that stands for one."""

ROLE_PAIRS = (
    (("legal", "litigation", "administrative"), ("secretary", "assistant")),
    (("legal",), ("researcher",)),
    (("law", "judicial"), ("clerk",)),
    (("compliance",), ("officer",)),
    (("case",), ("manager",)),
)
"""(first words, second words) that together are a role's name."""

_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=1 << 17)
def lemma(word: str) -> str:
    """Lower-case lemma of an English word; a possessive counts as the word."""
    plain = word.lower().replace("’", "'").removesuffix("'s").rstrip("'")
    return lemmatize(plain, "en") if plain.isascii() and plain.isalpha() else plain


class Words(NamedTuple):
    """The numbered words of a text, in order; what is no word is left out."""

    numbers: NDArray[np.int64]
    starts: NDArray[np.int64]
    """Offset of each word's first character."""
    ends: NDArray[np.int64]


@dataclass(frozen=True)
class Vocabulary:
    """Known words, numbered from FIRST_WORD in the order of ``words``."""

    words: tuple[str, ...]

    def __post_init__(self) -> None:
        numbers = {word: number for number, word in enumerate(self.words, FIRST_WORD)}
        object.__setattr__(self, "_numbers", numbers)
        opens, closes = (np.zeros(len(self), np.int64) for _ in range(2))
        for bit, (firsts, seconds) in enumerate(ROLE_PAIRS):
            for table, names in ((opens, firsts), (closes, seconds)):
                for name in names:
                    table[numbers.get(name, SILENT)] |= 1 << bit
        opens[SILENT] = closes[SILENT] = 0
        object.__setattr__(self, "_opens", opens)
        object.__setattr__(self, "_closes", closes)

    def __len__(self) -> int:
        return len(self.words) + FIRST_WORD

    def number(self, word: str) -> int:
        """The number of a word as written."""
        plain = lemma(word)
        if _DIGIT.search(plain):
            return NUMBER
        if plain in ROLE_WORDS or not any(map(str.isalpha, plain)):
            return SILENT
        known: dict[str, int] = self._numbers  # type: ignore[attr-defined]
        return known.get(plain, UNKNOWN)

    def words_of(self, doc: Doc) -> Words:
        """The doc's words; names of roles of two words are left out too."""
        table = doc.to_array([ID, IDX, LENGTH]).astype(np.int64)
        table = table[table[:, 0] > SILENT]
        numbers = table[:, 0]
        opens, closes = self._opens, self._closes  # type: ignore[attr-defined]
        names_role = (opens[numbers[:-1]] & closes[numbers[1:]]) != 0
        if names_role.any():
            keep = np.ones(len(numbers), bool)
            keep[:-1] &= ~names_role
            keep[1:] &= ~names_role
            table = table[keep]
        return Words(table[:, 0], table[:, 1], table[:, 1] + table[:, 2])


def make_tokenizing(number: Callable[[str], int]) -> Language:
    """A blank English pipeline whose lexemes carry their lemma as NORM and their number as ID.

    The tokenizer splits off every sign that is no letter or digit and keeps special cases for abbreviations only: with
    spaCy's own rules nothing is cached after the first special case in a text, and a line break is one (spaCy issue
    13950), and half the time of a cold run goes into its long patterns for prefixes and infixes.
    """
    nlp = English(create_tokenizer=_tokenizer)
    nlp.max_length = MAX_TEXT_CHARS
    getters: Any = nlp.vocab.lex_attr_getters  # type: ignore[attr-defined]
    for unused in set(getters) - {LOWER, IS_SPACE}:  # each is worked out anew for every word type of a cold run
        del getters[unused]
    getters |= {NORM: lemma, ID: number}
    for lexeme in nlp.vocab:  # the tokenizer's special cases made these before the getters were set
        lexeme.norm_, lexeme.rank = lemma(lexeme.text), number(lexeme.text)
    return nlp


def _tokenizer(nlp: Language) -> Any:
    rules: dict[str, Any] = English.Defaults.tokenizer_exceptions
    tokenizer: Any = Tokenizer(
        nlp.vocab,
        rules={word: rule for word, rule in rules.items() if word[0].isalpha() and word.endswith(".")},
        prefix_search=re.compile(r"^[^\w\s]").search,
        suffix_search=re.compile(r"[^\w\s]$").search,
        infix_finditer=re.compile(r"[^\w\s'’]+|(?<=[a-z])(?=[A-Z])").finditer,
    )
    tokenizer.max_cache_size = MAX_CACHED_WORDS
    return tokenizer


def build_vocabulary(texts: Iterable[Sequence[str]], min_texts: int, always: Iterable[str] = ()) -> Vocabulary:
    """The lemmas that stand in at least ``min_texts`` of the texts (each a sequence of words), sorted."""
    seen: dict[str, int] = {}
    for text in texts:
        for word in {lemma(word) for word in text}:
            seen[word] = seen.get(word, 0) + 1
    known = {word for word, n in seen.items() if n >= min_texts} | set(always)
    plain = {word for word in known if any(map(str.isalpha, word)) and not _DIGIT.search(word)} - ROLE_WORDS
    return Vocabulary(tuple(sorted(plain)))
