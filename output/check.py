"""One ad checked for a recruiter: the verdict on its title with every duty, definition and word that led to it.

The verdict is that of ``rolecall tag``: the same pipelines, the same taggers. What the taggers know beyond a posting's
columns (all roles' shares, where the deciding words stand) is kept from the same reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, cast

from output.check_titles import other_titles
from output.check_verdict import fits, margin_of, sentence_of
from pipelines.steps import Steps
from pipelines.tag_role import TagRolePipeline, shared_nlp
from scraper.items import Posting
from taggers.definitions import Definition, definitions
from taggers.model import probabilities
from taggers.reading import NO_ROLE, ROLES, DutyReading, Reading, reading_of
from taggers.roles import WORK
from taggers.titles import claimed_roles

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

CHUNK = 64
"""Ads checked at once."""

MIN_LAWYERS_OWN = 0.55
"""Probability from which on a duty counts as a lawyer's own work. Measured on labelled real ads: with a support title 0
of 30 have such a duty (of 14 more, unlabelled, none), of lawyers' ads 11 of 17."""

UNDER_LAWYERS = frozenset(ROLES) - {"compliance officer"}
"""Roles whose holders work for a lawyer; a compliance officer may advise on rules without one."""

_SUPERVISED = re.compile(
    r"\bassist|\bhelp|\bsupport|\bunder (?:\w+ ){0,3}(?:supervision|direction|guidance|eye)|\bsupervised by"
    r"|\bfor (?:an? |the )?(?:attorney|lawyer|partner)\w*['’]?s? (?:review|approval|signature)"
    r"|\brules allow|\bnon-?lawyer|\bnon-?attorney|\baccredited",
    re.IGNORECASE,
)
"""Words by which the lawyer keeps the work, or the rules give it to others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A stretch of the ad's text."""

    start: int
    """Offset of its first character in ``text``."""

    end: int
    """Offset after its last character in ``text``."""

    words: str
    """``text[start:end]``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDuty:
    """One duty with the definition it supports and the words that decided."""

    number: int
    """Number of the duty in the ad, from 1."""

    start: int
    """Offset of its first character in ``text``."""

    end: int
    """Offset after its last character in ``text``."""

    duty: str
    """``text[start:end]``."""

    role: str | None
    """Role that the duty supports; ``null`` where it is an instance of no definition."""

    definition: str | None
    """Id of the first definition."""

    section: str | None
    """The article's section that the definition is taken from."""

    says: str | None
    """The definition in words."""

    score: float | None
    """Probability that the duty is an instance of any definition, in [0, 1]."""

    definitions: list[str]
    """Ids of all its definitions, best first."""

    evidence: list[Words]
    """The words that decided, in the order of the text."""

    is_lawyers_own: bool
    """Whether it is a lawyer's own work under a support title: a risk of unauthorised practice of law."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingDuty:
    """A duty that one would expect of the role that the title claims, and that the ad does not list."""

    definition: str
    """Id of the definition."""

    section: str
    """The article's section that the definition is taken from."""

    says: str
    """The definition in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFigure:
    """What the store's jobs of one role state as pay by the year, everywhere or in one region."""

    role: str
    """Role that their duties describe."""

    place: str | None
    """Region (``US-NY``); ``null`` for all places."""

    currency: str
    """ISO 4217 code; never mixed."""

    with_pay: int
    """Distinct jobs of the role and place that state pay in this currency which can be annualised: the n."""

    disclosure_share: float
    """``with_pay`` over all distinct jobs of the role and place, in [0, 1]."""

    low: float | None
    """First quartile of the midpoints; ``null``, as the others, where too few jobs state pay (``salary_stats.csv``)."""

    median: float | None
    """Median of the midpoints."""

    high: float | None
    """Third quartile of the midpoints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Everything found in one ad. Fields that ``postings.csv`` has too have its names and values."""

    posting_id: str
    """The row's own ``id``, or the name of the file."""

    source: str
    """Name of the file."""

    title: str | None
    """Job title, white space tidied; ``null`` where the ad has none."""

    company: str | None
    """Name of the employer."""

    title_verdict: str
    """``matches``, ``adjacent``, ``differs`` or ``cannot tell``."""

    fits: bool | None
    """Whether the title fits: true for ``matches`` and ``adjacent``, false for ``differs``, else ``null``."""

    sentence: str
    """The verdict in one sentence."""

    title_role: str | None
    """The role the title claims, if it claims one."""

    role: str
    """The role the duties describe; ``none`` where they describe none of the seven."""

    role_confidence: float
    """Probability that a careful reader would give the same ``role``, in [0, 1]."""

    second_role: str | None
    """The next best supported role, if any duty supports one."""

    is_hybrid: bool
    """Whether ``second_role`` is nearly as well supported as ``role``."""

    role_reason: str | None
    """Why ``role`` is ``none``."""

    margin: float | None
    """Probability of ``role`` less that of the next best, in [0, 1]; ``null`` where evidence is too thin."""

    shares: dict[str, float]
    """Role -> probability, best first, ``none`` among them; empty with fewer than two duties."""

    suggested_title: str | None
    """A title that would fit, where the verdict is ``differs``."""

    other_titles: list[str]
    """What else the job could be called, in the manner of its title; empty where the title is as good as any."""

    n_duties: int
    """Number of duties the ad lists."""

    n_matched_duties: int
    """Number of duties that are an instance of at least one definition."""

    duties: list[CheckedDuty]
    """The duties in the ad's order."""

    missing: list[MissingDuty]
    """Duties of the claimed role that the ad does not list: suggestions, no faults."""

    lawyers_duties: list[int]
    """Numbers of the duties that are a lawyer's own work under a support title."""

    salary_text: str | None
    """The words the pay was read from."""

    salary_min: float | None
    """Lowest stated pay, in the stated currency and period."""

    salary_max: float | None
    """Highest stated pay, in the stated currency and period."""

    salary_period: str | None
    """``year month week day hour``."""

    salary_currency: str | None
    """ISO 4217 code."""

    salary_year_min: float | None
    """``salary_min`` by the year."""

    salary_year_max: float | None
    """``salary_max`` by the year."""

    city: str | None
    """City of the first place."""

    region: str | None
    """Region of the first place."""

    country: str | None
    """Country of the first place, ISO 3166-1 alpha-2."""

    market: list[MarketFigure] = field(default_factory=list)
    """The store's figures for the described and the claimed role, in the ad's currency; empty without a store."""

    text: str
    """The ad's cleaned text, into which every offset points."""


class Market(Protocol):
    """Gives the store's pay figures."""

    def figures(self, roles: list[str], country: str | None, region: str | None) -> list[MarketFigure]: ...


class _RememberingNlp:
    """The taggers, keeping what they read: a posting has no place for all of it."""

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._readings: list[Reading] = []

    def make_doc(self, text: str) -> Doc:
        return self._nlp.make_doc(text)

    def pipe(self, docs: Iterable[Doc], **how: Any) -> Iterator[Doc]:
        for doc in self._nlp.pipe(docs, **how):
            self._readings.append(reading_of(doc))
            yield doc

    def taken(self) -> list[Reading]:
        """The readings since the last time, in their order."""
        readings, self._readings = self._readings, []
        return readings


class Checker:
    """Checks ads, one thread at a time: the taggers share tables of words that they have met."""

    def __init__(self, market: Market | None = None) -> None:
        self.market = market
        self._nlp = _RememberingNlp(shared_nlp())
        self._steps = Steps()
        self._steps.pipelines = [self._remembering(each) for each in self._steps.pipelines]
        self._lock = Lock()

    def _remembering(self, pipeline: Any) -> Any:
        return TagRolePipeline(cast("Language", self._nlp)) if isinstance(pipeline, TagRolePipeline) else pipeline

    def check(self, posting: Posting) -> Check:
        """Check one ad; an empty one gives the verdict ``cannot tell``."""
        return self._checks([posting])[0]

    def check_all(self, postings: Iterable[Posting]) -> Iterator[Check]:
        """Check ads in their order, many at once."""
        waiting = iter(postings)
        while chunk := list(islice(waiting, CHUNK)):
            yield from self._checks(chunk)

    def _checks(self, postings: list[Posting]) -> list[Check]:
        with self._lock:
            done = self._steps.process(postings)
            readings = self._nlp.taken()
        return [self._check_of(posting, reading) for posting, reading in zip(done, readings, strict=True)]

    def _check_of(self, posting: Posting, reading: Reading) -> Check:
        claimed = claimed_roles(posting.title or "")
        duties = checked_duties(reading, claimed)
        roles = list(dict.fromkeys([posting.role or NO_ROLE, *claimed]))
        figures = self.market.figures(roles, posting.country, posting.region) if self.market else []
        figures = in_currency(figures, posting.salary_currency)
        return Check(
            posting_id=posting.posting_id,
            source=posting.source,
            title=posting.title,
            company=posting.company,
            title_verdict=posting.title_verdict or "cannot tell",
            fits=fits(posting),
            sentence=sentence_of(posting),
            title_role=posting.title_role,
            role=posting.role or NO_ROLE,
            role_confidence=posting.role_confidence or 0.0,
            second_role=posting.second_role,
            is_hybrid=bool(posting.is_hybrid),
            role_reason=posting.role_reason,
            margin=margin_of(reading.role),
            shares=reading.role.shares,
            suggested_title=posting.suggested_title,
            other_titles=other_titles(posting),
            n_duties=posting.n_duties or 0,
            n_matched_duties=posting.n_matched_duties or 0,
            duties=duties,
            missing=missing_duties(reading, claimed),
            lawyers_duties=[duty.number for duty in duties if duty.is_lawyers_own],
            salary_text=posting.salary_text,
            salary_min=posting.salary_min,
            salary_max=posting.salary_max,
            salary_period=posting.salary_period,
            salary_currency=posting.salary_currency,
            salary_year_min=posting.salary_year_min,
            salary_year_max=posting.salary_year_max,
            city=posting.city,
            region=posting.region,
            country=posting.country,
            market=figures,
            text=posting.text or "",
        )


def in_currency(figures: list[MarketFigure], currency: str | None) -> list[MarketFigure]:
    """The figures that the ad's pay can be set beside; all where it states none."""
    return [figure for figure in figures if currency in (None, figure.currency)]


@cache
def definition_of() -> dict[str, Definition]:
    """Id -> definition, in the file's order."""
    return {definition.id: definition for definition in definitions()}


def checked_duties(reading: Reading, claimed: list[str]) -> list[CheckedDuty]:
    """The duties of a reading, in order; claimed: the roles that the title claims."""
    if not reading.duties:
        return []
    is_support = bool(claimed) and set(claimed) <= UNDER_LAWYERS
    lawyers = probabilities(reading.work)[:, WORK.index("attorney")].tolist()
    return [
        _checked_duty(number, duty, reading.text, is_support and share >= MIN_LAWYERS_OWN)
        for number, (duty, share) in enumerate(zip(reading.duties, lawyers, strict=True), 1)
    ]


def _checked_duty(number: int, duty: DutyReading, text: str, is_lawyers: bool) -> CheckedDuty:
    words = text[duty.start : duty.end]
    best = duty.matches[0] if duty.matches else None
    definition = definition_of()[best.definition] if best else None
    return CheckedDuty(
        number=number,
        start=duty.start,
        end=duty.end,
        duty=words,
        role=best.role if best else None,
        definition=definition.id if definition else None,
        section=definition.section if definition else None,
        says=definition.says if definition else None,
        score=best.score if best else None,
        definitions=[match.definition for match in duty.matches],
        evidence=[Words(start=start, end=end, words=text[start:end]) for start, end in (best.where if best else ())],
        is_lawyers_own=is_lawyers and not _SUPERVISED.search(words),
    )


def missing_duties(reading: Reading, claimed: list[str]) -> list[MissingDuty]:
    """The definitions of the first claimed role that no duty is an instance of, in the article's order.

    Empty for an ad without duties: it is unwritten rather than lacking.
    """
    listed = {match.definition for duty in reading.duties for match in duty.matches}
    expected = [each for each in definitions() if each.role in claimed[:1] and each.id not in listed]
    return [
        MissingDuty(definition=each.id, section=each.section, says=each.says) for each in expected if reading.duties
    ]
