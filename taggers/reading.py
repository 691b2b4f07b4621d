"""What the taggers find in one ad; kept on the Doc as ``doc._.reading``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spacy.tokens import Doc

if TYPE_CHECKING:
    from taggers.sections import SectionedPiece

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

    evidence: tuple[str, ...]
    """The words of the duty that decided, in the order of the text."""

    where: tuple[tuple[int, int], ...] = ()
    """The same as (first, after last) indexes among the duty's words."""


@dataclass(slots=True)
class DutyReading:
    """One duty with what it is an instance of."""

    start: int
    """Offset of its first character in the text."""

    end: int
    """Offset after its last character."""

    matches: list[Match] = field(default_factory=list)
    """Definitions it is an instance of, best first."""

    outside: str | None = None
    """Kind of work outside the article's roles that it belongs to, e.g. ``lawyer_work``."""


@dataclass(frozen=True, slots=True)
class RoleReading:
    """The role the duties describe."""

    role: str = NO_ROLE
    confidence: float = 0.0
    """In [0, 1]."""
    second: str | None = None
    shares: dict[str, float] = field(default_factory=dict)
    """Role -> its share of the evidence, best first; sums to 1 where there is evidence."""


@dataclass(frozen=True, slots=True)
class TitleReading:
    """Whether the title fits the duties."""

    claimed: str | None = None
    verdict: str = "cannot tell"
    suggestion: str | None = None
    speaks_for: str | None = None
    speaks_against: str | None = None


@dataclass(slots=True)
class Reading:
    """Everything found in one ad."""

    title: str = ""
    text: str = ""
    """The ad's text; ``doc.text`` would be put together anew at each use."""
    pieces: list[SectionedPiece] = field(default_factory=list)
    duties: list[DutyReading] = field(default_factory=list)
    role: RoleReading = field(default_factory=RoleReading)
    title_check: TitleReading = field(default_factory=TitleReading)


if not Doc.has_extension("reading"):
    Doc.set_extension("reading", default=None)


def reading_of(doc: Doc) -> Reading:
    """The doc's reading; an empty one if no component has run."""
    return doc._.reading or Reading()
