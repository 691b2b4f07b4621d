"""What the taggers find in one ad; kept on the Doc as ``doc._.reading``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from taggers.lines import Piece
from taggers.words import Words

ROLES = (
    "legal secretary",
    "paralegal",
    "legal assistant",
    "law clerk",
    "legal researcher",
    "compliance officer",
    "case manager",
)
NO_ROLE = "none"
VERDICTS = ("matches", "adjacent", "differs", "cannot tell")


@dataclass(frozen=True, slots=True)
class Match:
    """A duty is an instance of a definition."""

    definition: str
    """The definition's id."""

    role: str
    """The role it belongs to."""

    score: float
    """Strength in [0, 1]."""

    evidence: tuple[str, ...] = ()
    """The words of the duty that decided, in the order of the text; of the first match only."""

    where: tuple[tuple[int, int], ...] = ()
    """The same as (start, end) offsets in the text."""


@dataclass(slots=True)
class DutyReading:
    """One duty with what it is an instance of."""

    start: int
    """Offset of its first character in the text."""

    end: int
    """Offset after its last character."""

    matches: list[Match] = field(default_factory=list)
    """Definitions it is an instance of, best first."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the ad states beside its duties."""

    value: str
    evidence: str
    """The words it was read from; empty where it follows from their absence."""


@dataclass(frozen=True, slots=True)
class RoleReading:
    """The role the duties describe."""

    role: str = NO_ROLE
    confidence: float = 0.0
    """Probability that a careful reader would agree, in [0, 1]."""
    second: str | None = None
    shares: dict[str, float] = field(default_factory=dict)
    """Role -> probability, best first, ``none`` among them; sums to 1 where there is evidence."""
    reason: str | None = None
    """Why the role is ``none``."""

    @property
    def is_hybrid(self) -> bool:
        """Whether a second role is nearly as well supported as the first."""
        return (
            self.role != NO_ROLE
            and self.second is not None
            and self.shares[self.second] >= HYBRID_SHARE * self.shares.get(self.role, 1.0)
        )


HYBRID_SHARE = 0.5
"""A second role with this share of the first's probability makes the ad a hybrid of both."""


@dataclass(frozen=True, slots=True)
class TitleReading:
    """Whether the title fits the duties."""

    claimed: str | None = None
    verdict: str = "cannot tell"
    suggestion: str | None = None
    speaks_for: str | None = None
    speaks_against: str | None = None


def _nothing() -> NDArray[Any]:
    return np.zeros((0, 0), np.float32)


def _no_words() -> Words:
    empty = np.zeros(0, np.int64)
    return Words(empty, empty, empty)


@dataclass(slots=True)
class Reading:
    """Everything found in one ad."""

    title: str = ""
    company: str = ""
    text: str = ""
    """The ad's text; ``doc.text`` would be put together anew at each use."""
    words: Words = field(default_factory=_no_words)
    pieces: list[Piece] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    """Of each piece: which part of the ad it is."""
    sought: NDArray[Any] = field(default_factory=_nothing)
    """(pieces, kinds of work) log-odds of whom the piece seeks; for the components that follow."""
    duties: list[DutyReading] = field(default_factory=list)
    by_definition: NDArray[Any] = field(default_factory=_nothing)
    """(duties, definitions) log-odds; for the components that follow."""
    work: NDArray[Any] = field(default_factory=_nothing)
    """(duties, kinds of work) log-odds; for the components that follow."""
    role: RoleReading = field(default_factory=RoleReading)
    title_check: TitleReading = field(default_factory=TitleReading)
    facts: dict[str, Fact] = field(default_factory=dict)
    """``education experience_years certification sector``, those that the ad states."""


if not Doc.has_extension("reading"):
    Doc.set_extension("reading", default=None)


def reading_of(doc: Doc) -> Reading:
    """The doc's reading; an empty one if no component has run."""
    return doc._.reading or Reading()
