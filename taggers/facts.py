"""Facts beside the duties: the education, experience and certification an ad asks for, and the employer's sector.

Read from the lines that say whom the ad seeks and who the employer is; ``data/facts.toml`` has the words. Each fact
comes with the words it was read from.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from taggers.component import BatchComponent
from taggers.reading import Fact, Reading, reading_of

OTHER_SECTOR = "other"
MAX_ABOUT_CHARS = 1500
"""How much of what an ad says of the employer is looked at for the sector."""

MAX_YEARS = 20
"""A longer experience than this is the employer's age or a typing error."""

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: number for number, word in enumerate(_WORDS, 1)}
_YEARS = re.compile(
    rf"\b(?P<low>\d{{1,2}}|{'|'.join(_NUMBERS)})\s*(?:\(\d{{1,2}}\)\s*)?"
    r"(?:\+|plus\b|or more\b|(?:-|–|to|or)\s*\w{1,6}\s*\+?)?\s*"
    r"(?:full[- ]time\s+)?(?:years?|yrs?)\b(?P<after>[^.;\n]{0,90})",
    re.IGNORECASE,
)
_EXPERIENCE = re.compile(r"experience|\bas an?\b|working|practice|\bPQE\b|in (?:a|the|an)\b", re.IGNORECASE)
_ONLY_LIKED = re.compile(
    r"\b(?:preferred|a plus|desirable|desired|an advantage|nice to have|ideally|helpful)\b", re.IGNORECASE
)
_CLAUSE = re.compile(r"[;\n]|(?<=[a-z)])\.\s")


class FactRules(NamedTuple):
    """``data/facts.toml``, compiled; each level, certificate or sector with its pattern, in the file's order."""

    education: dict[str, re.Pattern[str]]
    certification: dict[str, re.Pattern[str]]
    sector: dict[str, re.Pattern[str]]


@cache
def fact_rules() -> FactRules:
    """The rules, read once."""
    data: dict[str, Any] = tomllib.loads((files("taggers") / "data" / "facts.toml").read_text(encoding="utf-8"))
    return FactRules(
        *(
            {name: re.compile("|".join(words), re.IGNORECASE) for name, words in data[group].items()}
            for group in FactRules._fields
        )
    )


@dataclass(frozen=True, slots=True)
class _Clause:
    """A stretch of a line that is demanded or only liked as a whole."""

    text: str
    is_demanded: bool


def education_of(lines: Iterable[str]) -> Fact | None:
    """The lowest education that the ad says suffices; what is only preferred counts where nothing is demanded."""
    clauses = list(_clauses(lines))
    for demanded in (True, False):
        for level, pattern in fact_rules().education.items():
            for clause in clauses:
                if clause.is_demanded is demanded and (match := pattern.search(clause.text)):
                    return Fact(level, match[0].strip())
    return None


def experience_of(lines: Iterable[str]) -> Fact | None:
    """The fewest years of experience that the ad says suffice."""
    found = [
        (years, clause.is_demanded, match[0].strip())
        for clause in _clauses(lines)
        for match in _YEARS.finditer(clause.text)
        if _EXPERIENCE.search(match["after"] + clause.text[: match.start()])
        and (years := _NUMBERS.get(match["low"].lower()) or int(match["low"])) <= MAX_YEARS
    ]
    if not found:
        return None
    years, _, words = min(found, key=lambda one: (not one[1], one[0]))
    return Fact(str(years), words)


def certifications_of(lines: Iterable[str]) -> Fact | None:
    """The certificates that the ad names, demanded or preferred."""
    text = "\n".join(lines)
    found = {name: match[0] for name, pattern in fact_rules().certification.items() if (match := pattern.search(text))}
    return Fact("; ".join(found), "; ".join(found.values())) if found else None


def sector_of(company: str, about: str) -> Fact | None:
    """The article's sector of the employer, by its name first and by what the ad says of it second."""
    for text in (company, about[:MAX_ABOUT_CHARS]):
        for sector, pattern in fact_rules().sector.items():
            if match := pattern.search(text):
                return Fact(sector, match[0])
    return Fact(OTHER_SECTOR, "") if company or about else None


def _clauses(lines: Iterable[str]) -> Iterable[_Clause]:
    for line in lines:
        for clause in _CLAUSE.split(line):
            yield _Clause(clause, not _ONLY_LIKED.search(clause))


def read_facts(reading: Reading) -> dict[str, Fact]:
    """The facts of one ad whose pieces have been labelled; only those that the ad states."""
    of_kind = [(kind, piece.text) for kind, piece in zip(reading.kinds, reading.pieces, strict=True)]
    sought = [text for kind, text in of_kind if kind == "requirement"]
    about = "\n".join(text for kind, text in of_kind if kind == "about")
    found = {
        "education": education_of(sought),
        "experience_years": experience_of(sought),
        "certification": certifications_of(sought),
        "sector": sector_of(reading.company, about),
    }
    return {name: fact for name, fact in found.items() if fact}


def find_facts(docs: Sequence[Doc]) -> None:
    """Read the facts of each ad."""
    for reading in map(reading_of, docs):
        reading.facts = read_facts(reading)


@Language.factory("rolecall_facts", assigns=["doc._.reading"], requires=["doc._.reading"])
def make_facts(nlp: Language, name: str) -> BatchComponent:
    """The component that reads facts beside the duties."""
    return BatchComponent(find_facts)
