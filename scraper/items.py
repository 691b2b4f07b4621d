"""The posting: what a spider yields, what every pipeline fills in, what the store keeps.

Shaped on schema.org JobPosting. What the board wrote stands beside what was read from it: ``*_raw`` fields
are the board's own words, never changed. ``None`` means that nobody said; it is never ``""`` or ``0``.
"""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass, field
from itertools import pairwise

PAY_PERIODS = ("year", "month", "week", "day", "hour")
REMOTE_KINDS = ("remote", "hybrid", "onsite")
PAY_SOURCES = ("structured", "text")

LISTED_TITLE = "listed_title"
"""Key of a detail request's ``meta``: the ad's title as the list has it, by which the request may be spared."""


STOPPED_BY = "stopped_by"
"""Stat of a crawl that was stopped before its end: what stopped it, where it was not the user."""

GIVEN_BACK = "given_back"
"""Stat of a crawl that was stopped so that another process crawls the board from its beginning: no run is recorded."""


@dataclass(kw_only=True, slots=True)
class RawPay:
    """A board's structured pay field before parsing: every value as the board wrote it."""

    low: str | None = None
    """Lower figure."""

    high: str | None = None
    """Upper figure; equal to ``low`` where the board gives one figure."""

    currency: str | None = None
    """Currency code or sign."""

    period: str | None = None
    """Unit of time in the board's own word: ``YEAR``, ``per-year-salary``, ``HOUR`` ..."""

    text: str | None = None
    """The same pay in the board's display words, if it has any."""


@dataclass(kw_only=True, slots=True)
class RawPlace:
    """A place as the board wrote it: one typed line, or the parts of a postal address."""

    text: str | None = None
    """The whole place in one line, as typed."""

    city: str | None = None
    """schema.org ``addressLocality``."""

    region: str | None = None
    """schema.org ``addressRegion``."""

    country: str | None = None
    """schema.org ``addressCountry``: name or code."""


@dataclass(kw_only=True, slots=True)
class Place:
    """One place of work, or one place from which a remote job may be done."""

    city: str | None = None
    """City, town or borough, in its usual spelling."""

    region: str | None = None
    """Two-letter state or province code in the US and Canada; elsewhere the region as written."""

    country: str | None = None
    """ISO 3166-1 alpha-2 code."""

    place_text: str | None = None
    """The words this place was read from."""


@dataclass(kw_only=True, slots=True)
class PayCandidate:
    """A sum of money that was looked at when the ad's pay was read."""

    words: str
    """The words it was read from."""

    low: float | None
    """Lower figure as stated."""

    high: float | None
    """Upper figure as stated."""

    currency: str | None
    """ISO 4217 code."""

    period: str | None
    """``year month week day hour``, ``two weeks`` or ``half month``."""

    period_inferred: bool
    """True where no period was written and the size of the figure decided."""

    source: str
    """``structured`` (a field of the board) or ``text`` (the ad's own words)."""

    verdict: str
    """``taken``, or why it is not the pay."""


@dataclass(kw_only=True, slots=True)
class Duty:
    """One duty that the ad lists."""

    start: int
    """Offset of its first character in the posting's cleaned text."""

    end: int
    """Offset after its last character in the posting's cleaned text."""

    definitions: list[str] = field(default_factory=list)
    """Ids of the article's definitions it is an instance of, best first; empty when the article has no such duty."""

    role: str | None = None
    """Role of the first definition."""

    score: float | None = None
    """Probability that the duty is an instance of any definition, in [0, 1]; only where it is taken for one."""

    evidence: list[str] = field(default_factory=list)
    """The words of the duty that decided, in the order of the text."""


@dataclass(kw_only=True, slots=True)
class Posting:
    """A job advert as one board showed it."""

    source: str
    """Name of the source in ``sources.toml``, or the name of the file it was read from."""

    platform: str
    """Spider that read it."""

    posting_id: str
    """Stable id: ``platform:board:ref``, the row's own ``id`` for files."""

    row_no: int | None = None
    """Position of the row in the files given to ``rolecall tag``, from 1; unknown for crawled ads."""

    ref: str | None = None
    """The platform's own id of the ad (schema.org ``identifier``)."""

    requisition: str | None = None
    """The employer's requisition number; two different ones prove two ads different."""

    url: str | None = None
    """Public address of the ad."""

    title: str | None = None
    """Job title, white space tidied."""

    company: str | None = None
    """Name of the employer (schema.org ``hiringOrganization``)."""

    description: str | None = None
    """The ad's body as the board gave it, HTML or plain text. Not stored: ``text`` is."""

    text: str | None = None
    """The cleaned text; every offset in ``duties`` points into it."""

    employment_type_raw: str | None = None
    """Full-time, contract, ... in the board's words; several joined by ``, ``."""

    is_part_time: bool | None = None
    """Whether the job is part-time; unknown where nobody says, or where it may be either."""

    is_contract: bool | None = None
    """Whether the job ends by itself: contract, temporary, fixed-term, seasonal, internship."""

    employment_evidence: str | None = None
    """The words ``is_part_time`` and ``is_contract`` were read from; `` / `` between two."""

    places_raw: list[RawPlace] = field(default_factory=list)
    """The board's place fields."""

    remote_raw: str | None = None
    """The board's own field on working remotely: ``TELECOMMUTE``, ``hybrid`` ..."""

    pay_raw: RawPay | None = None
    """The board's structured pay field."""

    salary_raw: str | None = None
    """What somebody typed into a salary field."""

    fetched_on: str | None = None
    """Day of the fetch, ISO 8601, where it was not today: a page from an archive."""

    posted_on_raw: str | None = None
    """Publication date before parsing."""

    valid_through_raw: str | None = None
    """Closing date before parsing."""

    location_raw: str | None = None
    """The place fields in one line, several joined by `` / ``."""

    posted_on: str | None = None
    """Publication date, ISO 8601 (YYYY-MM-DD), in the board's own time zone."""

    valid_through: str | None = None
    """Last day on which the ad stands open, ISO 8601 (YYYY-MM-DD)."""

    dates_note: str | None = None
    """Which date the board gave that could not be believed, and why."""

    salary_text: str | None = None
    """The words the pay was read from."""

    salary_min: float | None = None
    """Lowest stated pay, in the stated currency and period."""

    salary_max: float | None = None
    """Highest stated pay, in the stated currency and period."""

    salary_period: str | None = None
    """``year``, ``month``, ``week``, ``day`` or ``hour``; unknown for pay by the fortnight or half-month too."""

    salary_currency: str | None = None
    """ISO 4217 code."""

    salary_source: str | None = None
    """``structured`` (a field of the board) or ``text`` (the ad's own words)."""

    salary_period_inferred: bool | None = None
    """True where no period was written and the size of the figure decided."""

    salary_year_min: float | None = None
    """``salary_min`` by the year, after the annualisation rule."""

    salary_year_max: float | None = None
    """``salary_max`` by the year, after the annualisation rule."""

    salary_note: str | None = None
    """Why a salary field that was filled in gave no pay."""

    pay_candidates: list[PayCandidate] = field(default_factory=list)
    """Every sum of money that was looked at, the one taken for the pay among them."""

    city: str | None = None
    """City of the first place."""

    region: str | None = None
    """Region of the first place."""

    country: str | None = None
    """Country of the first place, ISO 3166-1 alpha-2."""

    remote: str | None = None
    """``remote``, ``hybrid`` or ``onsite``."""

    places: list[Place] = field(default_factory=list)
    """Every place of work, in the ad's order."""

    shingles: bytes | None = None
    """Hashes of runs of words, by which copies are found."""

    group_id: str | None = None
    """Same for ads that are one job: copies on several boards or in several places."""

    duties: list[Duty] = field(default_factory=list)
    """The duties the ad lists, in the ad's order."""

    n_duties: int | None = None
    """Number of duties the ad lists."""

    n_matched_duties: int | None = None
    """Number of duties that are an instance of at least one of the article's definitions."""

    role: str | None = None
    """The role the duties describe; ``none`` where they describe none of the seven."""

    role_confidence: float | None = None
    """Probability that a careful reader would give the same ``role``, in [0, 1]."""

    second_role: str | None = None
    """The next best supported role, if any duty supports one."""

    is_hybrid: bool | None = None
    """Whether ``second_role`` is nearly as well supported as ``role``."""

    role_reason: str | None = None
    """Why ``role`` is ``none``."""

    title_role: str | None = None
    """The role the title claims, if it claims one."""

    title_verdict: str | None = None
    """``matches``, ``adjacent``, ``differs`` or ``cannot tell``."""

    suggested_title: str | None = None
    """A title that would fit, where the verdict is ``differs``."""

    title_for: str | None = None
    """What speaks for the title: the duties that support the claimed role."""

    title_against: str | None = None
    """What speaks against the title: the duties that support another role."""

    education: str | None = None
    """Lowest education that the ad says suffices: ``high school associate bachelor master`` or ``law school``."""

    education_evidence: str | None = None
    """The words ``education`` was read from."""

    experience_years: int | None = None
    """Fewest years of experience that the ad says suffice."""

    experience_evidence: str | None = None
    """The words ``experience_years`` was read from."""

    certification: str | None = None
    """Certificates that the ad names, demanded or preferred; ``; `` between two."""

    certification_evidence: str | None = None
    """The words ``certification`` was read from."""

    sector: str | None = None
    """The employer's sector: one of the article's five, or ``other``."""

    sector_evidence: str | None = None
    """The words ``sector`` was read from."""

    first_seen: str | None = None
    """UTC instant of the crawl, or of the archive, that first saw the ad, ISO 8601; unknown for tables and pages."""

    last_seen: str | None = None
    """UTC instant of the crawl, or of the archive, that last saw the ad, ISO 8601; unknown for tables and pages."""


def field_docs(cls: type) -> dict[str, str]:
    """Field name -> the string that documents it under its declaration in this module."""
    (declaration,) = ast.parse(inspect.getsource(cls)).body
    assert isinstance(declaration, ast.ClassDef)
    return {
        ast.unparse(declared.target): ast.literal_eval(text.value)
        for declared, text in pairwise(declaration.body)
        if isinstance(declared, ast.AnnAssign) and isinstance(text, ast.Expr)
    }
