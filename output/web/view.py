"""What the templates show: the ad's text cut into highlighted stretches, the roles' marks, the bar of shares."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from output.check import Check, CheckedDuty
from taggers.reading import NO_ROLE, ROLES

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


def stretches(text: str, duties: Sequence[CheckedDuty]) -> list[Stretch]:
    """The whole text, cut wherever a duty or a deciding word begins or ends; duties may overlap."""
    edges = {0, len(text)}
    for duty in duties:
        edges |= {duty.start, duty.end, *(edge for each in duty.evidence for edge in (each.start, each.end))}
    pieces = list(_pieces(sorted(edges), duties))
    return [
        _stretch(text, tuple(each)) for _, each in groupby(pieces, lambda piece: [at.number for at in piece.duties])
    ]


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    duties: tuple[CheckedDuty, ...]


def _pieces(edges: list[int], duties: Sequence[CheckedDuty]) -> Iterator[_Piece]:
    """What lies between two edges, with the duties that cover it, in one sweep over both."""
    waiting = deque(sorted(duties, key=lambda duty: duty.start))
    covering: list[CheckedDuty] = []
    for start, end in pairwise(edges):
        covering = [duty for duty in covering if duty.end > start]
        while waiting and waiting[0].start <= start:
            covering.append(waiting.popleft())
        yield _Piece(start, end, tuple(covering))


def _stretch(text: str, pieces: tuple[_Piece, ...]) -> Stretch:
    duties, start, end = pieces[0].duties, pieces[0].start, pieces[-1].end
    return Stretch(
        runs=tuple(Run(text[each.start : each.end], _is_evidence(each)) for each in pieces),
        duties=duties,
        begins=tuple(duty.number for duty in duties if duty.start == start),
        is_last=bool(duties) and duties[0].end == end,
    )


def _is_evidence(piece: _Piece) -> bool:
    return any(each.start <= piece.start < each.end for duty in piece.duties for each in duty.evidence)


def slug(role: str | None) -> str:
    """``legal-secretary``; ``none`` for no role."""
    return (role or NO_ROLE).replace(" ", "-")


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
