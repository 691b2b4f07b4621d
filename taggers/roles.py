"""From all matched duties to the role they describe, the second, and how sure that is.

Every duty lends each role the strength of the role's best definition for it. ``data/role_rules.toml`` says what a duty
of a role counts, what tells neighbouring roles apart, and when the duties describe none of the seven.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from taggers.legal_work import legal_work
from taggers.reading import NO_ROLE, ROLES, DutyReading, RoleReading, reading_of

MAX_TEXT_CHARS = 30_000
DISTINGUISHING = {
    "law clerk": {"law_clerk.advising_on_facts", "law_clerk.research", "law_clerk.writing_and_analysis"},
    "legal researcher": {
        "legal_researcher.collecting_information",
        "legal_researcher.identifying_law",
        "legal_researcher.summarising_and_updating",
    },
}
"""Role -> definitions by which it is told from the paralegal, who shares the rest."""


@dataclass(frozen=True)
class RoleRules:
    """``data/role_rules.toml``, compiled."""

    weight: dict[str, float]
    none: dict[str, float]
    boost: dict[str, float]
    cues: dict[str, re.Pattern[str]]


@cache
def role_rules() -> RoleRules:
    """The rules, read once."""
    data: dict[str, Any] = tomllib.loads((files("taggers") / "data" / "role_rules.toml").read_text(encoding="utf-8"))
    cues = {name: re.compile("|".join(words), re.IGNORECASE) for name, words in data["cue"].items()}
    return RoleRules(data["weight"], data["none"], data["boost"], cues)


def support(duties: list[DutyReading]) -> dict[str, float]:
    """Role -> sum over the duties of its best definition's score, unweighted."""
    total: Counter[str] = Counter()
    for duty in duties:
        best: dict[str, float] = {}
        for match in duty.matches:
            best[match.role] = max(best.get(match.role, 0.0), match.score)
        total.update(best)
    return dict(total)


def decide_role(duties: list[DutyReading], text: str) -> RoleReading:
    """The role that the duties describe; ``none`` where evidence is thin or the work is another's."""
    rules = role_rules()
    text = text[:MAX_TEXT_CHARS]
    cues = {name: bool(pattern.search(text)) for name, pattern in rules.cues.items()}
    strength = support(duties)
    weighted = {role: strength.get(role, 0.0) * rules.weight[role] for role in ROLES}
    for role in _boosted(duties, cues):
        weighted[role] *= rules.boost[role]
    total = sum(weighted.values())
    shares = {
        role: round(value / total, 3) for role, value in sorted(weighted.items(), key=lambda pair: -pair[1]) if value
    }
    ranked = list(shares)
    if reason := _none_because(duties, text, cues, ranked):
        return RoleReading(NO_ROLE, _confidence_in_none(duties, reason), ranked[0] if ranked else None, shares)
    return RoleReading(ranked[0], _confidence(shares, duties), ranked[1] if len(ranked) > 1 else None, shares)


def _boosted(duties: list[DutyReading], cues: dict[str, bool]) -> list[str]:
    """Roles whose distinguishing mark is there."""
    best = Counter(match.definition for duty in duties for match in duty.matches)
    n_matched = sum(bool(duty.matches) for duty in duties)
    substantive = best["paralegal.drafting"] + best["paralegal.case_management"] + best["paralegal.trial_preparation"]
    boosted = []
    research_like = sum(
        any(match.definition in DISTINGUISHING["law clerk"] for match in duty.matches) for duty in duties
    )
    if (cues["law_student"] and research_like * 3 >= n_matched) or (cues["judge"] and research_like * 2 >= n_matched):
        boosted.append("law clerk")
    collecting = sum(
        any(match.definition in DISTINGUISHING["legal researcher"] for match in duty.matches) for duty in duties
    )
    if collecting * 2 > n_matched and substantive * 3 <= n_matched:
        boosted.append("legal researcher")
    if cues["firm_client"] and not cues["care"] and best["case_manager.client_questions"] * 4 >= n_matched:
        boosted.append("case manager")
    return boosted


def _none_because(duties: list[DutyReading], text: str, cues: dict[str, bool], ranked: list[str]) -> str | None:
    """Why the duties describe no role, or None."""
    none = role_rules().none
    n_matched = sum(bool(duty.matches) for duty in duties)
    n_outside = sum(duty.outside is not None for duty in duties)
    if n_matched < none["min_matched"]:
        return "too few duties"
    if cues["lawyer"] and not cues["law_student"]:
        return "a lawyer is sought"
    if n_matched < none["min_matched_share"] * len(duties):
        return "few of the duties are the roles'"
    if n_outside > none["max_outside_share"] * len(duties):
        return "work outside the roles"
    min_terms = min(none["min_legal_terms"], len(text) / none["chars_a_legal_term"])
    if ranked[0] != "compliance officer" and legal_work().count_terms(text) < min_terms:
        return "no law office"
    return None


def _confidence(shares: dict[str, float], duties: list[DutyReading]) -> float:
    """Between 0 and 1: how far the first role leads, and on how many duties."""
    first, second = (*shares.values(), 0.0, 0.0)[:2]
    n_matched = sum(bool(duty.matches) for duty in duties)
    return round((0.45 + 0.55 * (first - second) / (first + second)) * (1 - math.exp(-n_matched / 2)), 3)


def _confidence_in_none(duties: list[DutyReading], reason: str) -> float:
    if not duties:
        return 0.0
    return 0.85 if reason == "a lawyer is sought" else 0.7


@Language.component("rolecall_role", assigns=["doc._.reading"], requires=["doc._.reading"])
def name_role(doc: Doc) -> Doc:
    """Decide which role the duties describe."""
    reading = reading_of(doc)
    reading.role = decide_role(reading.duties, reading.text)
    return doc
