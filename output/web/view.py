"""What the templates show: the ad's text cut into highlighted stretches, the roles' marks, the bar of shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from output.check import Check, CheckedDuty, Words
from taggers.reading import NO_ROLE, ROLES


class Look(NamedTuple):
    """How a role looks."""

    slug: str
    """``legal-secretary``; ``none`` for no role."""
    mark: str


MARKS = {
    "legal secretary": "LS",
    "paralegal": "PL",
    "legal assistant": "LA",
    "law clerk": "LC",
    "legal researcher": "LR",
    "compliance officer": "CO",
    "case manager": "CM",
}
"""Role -> the letters beside a highlight, for those who do not tell its colour and line from others."""

LOOKS = {
    role: Look((role or NO_ROLE).replace(" ", "-"), MARKS.get(role or "", "–")) for role in (None, NO_ROLE, *ROLES)
}

MIN_SHOWN_SHARE = 0.005


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a highlight that did or did not decide."""

    words: str
    is_evidence: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the text that the same duties cover."""

    runs: tuple[Run, ...]
    duties: tuple[CheckedDuty, ...]
    """The duties it belongs to; none for text between duties, several where duties overlap."""

    begins: tuple[int, ...]
    """Numbers of the duties that begin here."""

    is_last: bool
    """Whether the first of its duties ends here."""

    @property
    def words(self) -> Markup:
        """The words, escaped, those that decided in bold."""
        runs = (f"<b>{escape(run.words)}</b>" if run.is_evidence else escape(run.words) for run in self.runs)
        return Markup("".join(runs))  # noqa: S704  # escaped right here


def stretches(text: str, duties: Sequence[CheckedDuty]) -> list[Stretch]:
    """The whole text, cut wherever a duty or a deciding word begins or ends; duties may overlap."""
    edges = {0, len(text)}
    for duty in duties:
        edges |= {duty.start, duty.end, *(edge for each in duty.evidence for edge in (each.start, each.end))}
    pieces = _pieces(sorted(edges), duties)
    return [_stretch(text, duties_there, list(each)) for duties_there, each in groupby(pieces, lambda piece: piece[2])]


_Piece = tuple[int, int, tuple[CheckedDuty, ...], bool]
"""(start, end, the duties that cover it, whether it decided)"""


def _pieces(edges: list[int], duties: Sequence[CheckedDuty]) -> list[_Piece]:
    """What lies between two edges."""
    number_of = {edge: number for number, edge in enumerate(edges)}
    covering: list[tuple[CheckedDuty, ...]] = [()] * len(edges)
    decided = [False] * len(edges)
    for duty in sorted(duties, key=lambda duty: duty.start):
        for number in range(number_of[duty.start], number_of[duty.end]):
            covering[number] += (duty,)
        for each in duty.evidence:
            for number in range(number_of[each.start], number_of[each.end]):
                decided[number] = True
    ends = zip(edges, edges[1:], covering, decided, strict=False)  # behind the last edge there is nothing
    return list(ends)


def _stretch(text: str, duties: tuple[CheckedDuty, ...], pieces: list[_Piece]) -> Stretch:
    start, end = pieces[0][0], pieces[-1][1]
    return Stretch(
        runs=tuple(Run(text[one:other], is_evidence) for one, other, _, is_evidence in pieces),
        duties=duties,
        begins=tuple(duty.number for duty in duties if duty.start == start),
        is_last=bool(duties) and duties[0].end == end,
    )


def bold(evidence: Sequence[Words]) -> Markup:
    """The words that decided, in bold, commas between them."""
    words = (f'<b class="words">{escape(each.words)}</b>' for each in evidence)
    return Markup(", ".join(words))  # noqa: S704  # escaped right here


@dataclass(frozen=True, slots=True)
class Legend:
    """One role of the legend."""

    role: str
    mark: str
    n_duties: int


def legend(duties: Sequence[CheckedDuty]) -> list[Legend]:
    """The roles that duties support, in the article's order."""
    counts = {role: sum(duty.role == role for duty in duties) for role in ROLES}
    return [Legend(role, MARKS[role], n) for role, n in counts.items() if n]


@dataclass(frozen=True, slots=True)
class Share:
    """One part of the bar, in hundredths of its length."""

    role: str
    share: float
    start: float
    width: float


def shares(check: Check) -> list[Share]:
    """The parts of the bar, the largest first; tiny ones are left out."""
    return list(_parts(check))


def _parts(check: Check) -> Iterator[Share]:
    start = 0.0
    for role, share in check.shares.items():
        if share >= MIN_SHOWN_SHARE:
            yield Share(role, share, round(start * 100, 2), round(share * 100, 2))
            start += share
