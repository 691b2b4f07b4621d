"""Whether an ad is legal work at all: the one place that decides what a crawl keeps (``data/legal_work.toml``)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Self

MAX_TEXT_CHARS = 30_000
"""How much of a text is read; a legal ad has said so by then."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Legal work or not, and why."""

    is_legal: bool
    reason: str


@dataclass(frozen=True)
class LegalWork:
    """The filter, compiled."""

    legal_title: re.Pattern[str]
    weak_title: re.Pattern[str]
    never_title: re.Pattern[str]
    terms: re.Pattern[str]
    core: re.Pattern[str]
    min_terms: int
    min_terms_weak: int
    min_core_weak: int

    @classmethod
    def load(cls) -> Self:
        """The filter as the data file has it."""
        data: dict[str, Any] = tomllib.loads(
            (files("taggers") / "data" / "legal_work.toml").read_text(encoding="utf-8")
        )
        titles = {name: _any_of(words) for name, words in data["title"].items()}
        return cls(
            legal_title=titles["legal"],
            weak_title=titles["weak"],
            never_title=titles["never"],
            terms=_any_of(data["term"]["words"]),
            core=_any_of(data["core"]["words"]),
            **data["text"],
        )

    def judge(self, title: str, text: str, company: str = "") -> Verdict:
        """Legal work or not, by title first, and by text and the employer's name second."""
        if self.never_title.search(title):
            return Verdict(False, "title of another occupation")
        if self.legal_title.search(title):
            return Verdict(True, "title of legal work")
        is_weak = self.weak_title.search(title) is not None
        n_terms = self.count_terms(text)
        if n_terms >= (self.min_terms_weak if is_weak else self.min_terms):
            return Verdict(True, f"{n_terms} terms of legal work in the text")
        if is_weak and len(self.core.findall(f"{company}\n{text[:MAX_TEXT_CHARS]}")) >= self.min_core_weak:
            return Verdict(True, "office work among lawyers")
        return Verdict(False, "no legal work in title or text")

    def judge_title(self, title: str) -> Verdict:
        """Whether an ad of which only the title is known is worth a request for its text."""
        if self.never_title.search(title):
            return Verdict(False, "title of another occupation")
        if self.legal_title.search(title) or self.weak_title.search(title):
            return Verdict(True, "title that may be of legal work")
        return Verdict(False, "title of no legal work, text not asked for")

    def count_terms(self, text: str) -> int:
        """How many different terms of legal work a text has."""
        return len({match.lower() for match in self.terms.findall(text[:MAX_TEXT_CHARS])})


@cache
def legal_work() -> LegalWork:
    """The filter, loaded once."""
    return LegalWork.load()


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)
