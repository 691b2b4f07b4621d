"""Whether the title fits: the role it claims, the verdict, a better title, the duties that speak for and against."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from taggers.component import BatchComponent
from taggers.reading import NO_ROLE, DutyReading, RoleReading, TitleReading, reading_of

MIN_EVIDENCED_DUTIES = 3
"""With fewer matched duties no verdict is given."""

N_QUOTED = 3
MAX_QUOTE_CHARS = 90


@dataclass(frozen=True)
class TitleRules:
    """``data/titles.toml`` and the neighbours of ``data/roles.toml``, compiled."""

    never: re.Pattern[str]
    claims: dict[str, re.Pattern[str]]
    neighbours: dict[str, frozenset[str]]


@cache
def title_rules() -> TitleRules:
    """The rules, read once."""
    data: dict[str, Any] = tomllib.loads((files("taggers") / "data" / "titles.toml").read_text(encoding="utf-8"))
    roles: dict[str, Any] = tomllib.loads((files("taggers") / "data" / "roles.toml").read_text(encoding="utf-8"))
    return TitleRules(
        never=re.compile(rf"\b(?:{'|'.join(data['never'])})\b", re.IGNORECASE),
        claims={
            role: re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE) for role, words in data["claims"].items()
        },
        neighbours={role["name"]: frozenset(role["neighbours"]) for role in roles["role"]},
    )


def claimed_roles(title: str) -> list[str]:
    """The roles a title claims, in the order in which it names them; a match inside a longer one does not count."""
    plain = title.replace(".", "")
    rules = title_rules()
    found = [
        (match.start(), match.end(), role)
        for role, pattern in rules.claims.items()
        for match in pattern.finditer(plain)
    ]
    kept = [one for one in found if not any(_inside(one, other) for other in found)]
    if not kept or (rules.never.search(plain) and not _is_support_of(plain)):
        return []
    return list(dict.fromkeys(role for _, _, role in sorted(kept)))


def _inside(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    return one is not other and other[0] <= one[0] and one[1] <= other[1] and other[1] - other[0] > one[1] - one[0]


def _is_support_of(title: str) -> bool:
    """A "Secretary to the General Counsel" is no lawyer's title."""
    return bool(re.search(r"\b(?:secretar\w+|assistant|paralegal|clerk) (?:to|for|supporting)\b", title, re.IGNORECASE))


def check_title(title: str, duties: list[DutyReading], role: RoleReading, text: str) -> TitleReading:
    """Compare the role that the title claims with the one that the duties describe."""
    claimed = claimed_roles(title)
    if not claimed:
        return TitleReading()
    evidenced = [duty for duty in duties if duty.matches]
    if len(evidenced) < MIN_EVIDENCED_DUTIES:
        return TitleReading(claimed=claimed[0])
    verdict = _verdict(claimed, role)
    return TitleReading(
        claimed=claimed[0],
        verdict=verdict,
        suggestion=suggested_title(role) if verdict == "differs" else None,
        speaks_for=_quoted([duty for duty in evidenced if _supports(duty, claimed)], text),
        speaks_against=_quoted([duty for duty in evidenced if not _supports(duty, claimed)], text)
        if verdict != "matches"
        else None,
    )


def _verdict(claimed: list[str], role: RoleReading) -> str:
    if role.role in claimed:
        return "matches"
    if role.role != NO_ROLE:
        is_hybrid = role.is_hybrid and role.second in claimed
        if is_hybrid or any(one in title_rules().neighbours.get(role.role, ()) for one in claimed):
            return "adjacent"
    return "differs"


def suggested_title(role: RoleReading) -> str | None:
    """A title for the role the duties describe; none where they describe none."""
    return role.role.title() if role.role != NO_ROLE else None


def _supports(duty: DutyReading, claimed: list[str]) -> bool:
    best = max(match.score for match in duty.matches)
    return any(match.role in claimed and match.score >= 0.8 * best for match in duty.matches)


def _quoted(duties: list[DutyReading], text: str) -> str | None:
    """The strongest duties in the ad's words."""
    strongest = sorted(duties, key=lambda duty: -duty.matches[0].score)[:N_QUOTED]
    return "; ".join(_short(text[duty.start : duty.end]) for duty in strongest) or None


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= MAX_QUOTE_CHARS else line[:MAX_QUOTE_CHARS].rsplit(" ", 1)[0] + " …"


def judge_titles(docs: Sequence[Doc]) -> None:
    """Say whether the titles fit the duties."""
    for reading in map(reading_of, docs):
        reading.title_check = check_title(reading.title, reading.duties, reading.role, reading.text)


@Language.factory("rolecall_title", assigns=["doc._.reading"], requires=["doc._.reading"])
def make_title(nlp: Language, name: str) -> BatchComponent:
    """The component that checks the title."""
    return BatchComponent(judge_titles)
