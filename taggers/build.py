"""``build_nlp()``: the one place where the components are put together, and how an ad is read with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import spacy
from spacy.attrs import NORM  # type: ignore[import-not-found]  # Cython, no stubs
from spacy.language import Language
from spacy.tokens import Doc

from taggers.concepts import lemma
from taggers.reading import Reading, reading_of

COMPONENTS = ("rolecall_sections", "rolecall_duties", "rolecall_definitions", "rolecall_role", "rolecall_title")
MAX_CACHED_WORDS = 200_000
MAX_TEXT_CHARS = 1_000_000


def build_nlp() -> Language:
    """An English pipeline without any trained model: tokens, sections, duties, definitions, role, title verdict.

    A token's norm is its lemma. The tokenizer keeps only the special cases of abbreviations: after any other one in a
    text spaCy's tokenizer caches nothing more, and a line break is one (spaCy issue 13950).
    """
    nlp = spacy.blank("en")
    nlp.max_length = MAX_TEXT_CHARS
    tokenizer: Any = nlp.tokenizer  # typed as a bare callable
    rules = tokenizer.rules.items()
    tokenizer.rules = {word: rule for word, rule in rules if word[0].isalpha() and word.endswith(".")}
    tokenizer.max_cache_size = MAX_CACHED_WORDS
    vocab: Any = nlp.vocab
    vocab.lex_attr_getters[NORM] = lemma
    for name in COMPONENTS:
        nlp.add_pipe(name)
    return nlp


def doc_of(nlp: Language, title: str, text: str) -> Doc:
    """The tokenized ad with its title, ready for ``nlp`` or ``nlp.pipe``."""
    text = text[:MAX_TEXT_CHARS]
    doc = nlp.make_doc(text)
    doc._.reading = Reading(title=title, text=text)
    return doc


def read_ad(nlp: Language, title: str, text: str) -> Reading:
    """Read one ad; an empty text gives a reading without duties and the role ``none``."""
    return reading_of(nlp(doc_of(nlp, title, text)))


def read_ads(nlp: Language, ads: Iterable[tuple[str, str]]) -> Iterator[Reading]:
    """Read (title, text) after (title, text)."""
    return map(reading_of, nlp.pipe(doc_of(nlp, title, text) for title, text in ads))
