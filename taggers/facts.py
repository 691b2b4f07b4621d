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
from taggers.patterns import AnyOf, Patterns
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
    r"(?:full[- ]time\s+)?(?:years?|yrs?)\b(?P<after>[^.;\n]{0,90})"
)
_EXPERIENCE = re.compile(r"experience|\bas an?\b|working|practice|\bpqe\b|in (?:a|the|an)\b")
_ONLY_LIKED = AnyOf(
    ["preferred", r"a plus\b", "desirable", "desired", "an advantage", "nice to have", "ideally", "helpful"]
)
_CLAUSE = re.compile(r"[;\n.](?:(?<=[;\n])|(?<=[a-z)]\.)\s)")


class FactRules(NamedTuple):
    """``data/facts.toml``, compiled, in the file's order."""

    education: Patterns
    certification: Patterns
    sector: Patterns


@cache
def fact_rules() -> FactRules:
    """The rules, read once."""
    data: dict[str, Any] = tomllib.loads((files("taggers") / "data" / "facts.toml").read_text(encoding="utf-8"))
    return FactRules(*(Patterns(data[name]) for name in FactRules._fields))


def _lower(text: str) -> str:
    """The text in lower case, every letter at its old place; as it is where that cannot be."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text


def _words(text: str, match: re.Match[str]) -> str:
    """The words of the text as written that a pattern found in its lower case."""
    return text[match.start() : match.end()].strip()


@dataclass(frozen=True, slots=True)
class _Clause:
    """A stretch of a line that is demanded or only liked as a whole."""

    text: str
    lower: str
    is_demanded: bool


def education_of(lines: Iterable[str]) -> Fact | None:
    """The lowest education that the ad says suffices; what is only preferred counts where nothing is demanded."""
    return _education(_clauses(lines))


def _education(clauses: list[_Clause]) -> Fact | None:
    for demanded in (True, False):
        chosen = [clause for clause in clauses if clause.is_demanded is demanded]
        text, lower = ("\n".join(getattr(clause, form) for clause in chosen) for form in ("text", "lower"))
        for level, match in fact_rules().education.found(lower):
            return Fact(level, _words(text, match))
    return None


def experience_of(lines: Iterable[str]) -> Fact | None:
    """The fewest years of experience that the ad says suffice."""
    return _experience(_clauses(lines))


def _experience(clauses: list[_Clause]) -> Fact | None:
    found = [
        (years, clause.is_demanded, _words(clause.text, match))
        for clause in clauses
        if "year" in clause.lower or "yr" in clause.lower
        for match in _YEARS.finditer(clause.lower)
        if _EXPERIENCE.search(match["after"] + clause.lower[: match.start()])
        and (years := _NUMBERS.get(match["low"]) or int(match["low"])) <= MAX_YEARS
    ]
    if not found:
        return None
    years, _, words = min(found, key=lambda one: (not one[1], one[0]))
    return Fact(str(years), words)


def certifications_of(lines: Iterable[str]) -> Fact | None:
    """The certificates that the ad names, demanded or preferred."""
    text = "\n".join(lines)
    lower = _lower(text)
    found = {name: _words(text, match) for name, match in fact_rules().certification.found(lower)}
    return Fact("; ".join(found), "; ".join(found.values())) if found else None


def sector_of(company: str, about: str) -> Fact | None:
    """The article's sector of the employer, by its name first and by what the ad says of it second."""
    for text in (company, about[:MAX_ABOUT_CHARS]):
        lower = _lower(text)
        for sector, match in fact_rules().sector.found(lower):
            return Fact(sector, _words(text, match))
    return Fact(OTHER_SECTOR, "") if company or about else None


def _clauses(lines: Iterable[str]) -> list[_Clause]:
    found = []
    for text in _CLAUSE.split("\n".join(lines)):
        lower = _lower(text)
        found.append(_Clause(text, lower, not _ONLY_LIKED.may_match(lower)))
    return found


def read_facts(reading: Reading) -> dict[str, Fact]:
    """The facts of one ad whose pieces have been labelled; only those that the ad states."""
    of_kind = [(kind, piece.text) for kind, piece in zip(reading.kinds, reading.pieces, strict=True)]
    sought = [text for kind, text in of_kind if kind == "requirement"]
    about = "\n".join(text for kind, text in of_kind if kind == "about")
    clauses = _clauses(sought)
    found = {
        "education": _education(clauses),
        "experience_years": _experience(clauses),
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
