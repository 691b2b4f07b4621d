"""Every column of every file: name, type and meaning, declared once.

``DATA_FORMAT.md`` is written from these declarations (``python -m output.data_format``) and the writers use them, so
that document, header and data cannot drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scraper.items import Duty, PayCandidate, Place, Posting, field_docs

Kind = Literal["text", "integer", "number", "boolean"]

_PANDAS = {"text": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file."""

    name: str
    kind: Kind
    says: str

    @property
    def dtype(self) -> str:
        """The pandas dtype, one that knows missing values."""
        return _PANDAS[self.kind]


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file."""

    file: str
    rows: str
    """What a row is."""
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Column names in file order."""
        return [column.name for column in self.columns]


_POSTING_DOCS = field_docs(Posting)
_DUTY_DOCS = field_docs(Duty)
_CANDIDATE_DOCS = field_docs(PayCandidate)
_PLACE_DOCS = field_docs(Place)


def _posting(name: str, kind: Kind = "text") -> Column:
    return Column(name, kind, _POSTING_DOCS[name])


_N_POSTINGS = Column("postings", "integer", "Distinct jobs: ads with the same `group_id` count once.")
_EMPLOYERS = Column(
    "employers", "integer", "Distinct employers among them, by name; ads without a name are not counted here."
)

POSTINGS = Table(
    "postings.csv",
    "one posting",
    ("posting_id",),
    (
        _posting("posting_id"),
        _posting("source"),
        _posting("url"),
        _posting("title"),
        _posting("company"),
        _posting("role"),
        _posting("role_confidence", "number"),
        _posting("second_role"),
        _posting("title_role"),
        _posting("title_verdict"),
        _posting("suggested_title"),
        _posting("n_duties", "integer"),
        _posting("n_matched_duties", "integer"),
        _posting("salary_text"),
        _posting("salary_min", "number"),
        _posting("salary_max", "number"),
        _posting("salary_period"),
        _posting("salary_currency"),
        _posting("salary_source"),
        _posting("salary_year_min", "number"),
        _posting("salary_year_max", "number"),
        _posting("city"),
        _posting("region"),
        _posting("country"),
        _posting("remote"),
        _posting("posted_on"),
        _posting("first_seen"),
        _posting("last_seen"),
        _posting("platform"),
        _posting("requisition"),
        _posting("employment_type_raw"),
        _posting("salary_period_inferred", "boolean"),
        _posting("salary_note"),
        _posting("is_part_time", "boolean"),
        _posting("is_contract", "boolean"),
        _posting("employment_evidence"),
        _posting("location_raw"),
        _posting("valid_through"),
        _posting("dates_note"),
        _posting("group_id"),
        _posting("is_hybrid", "boolean"),
        _posting("role_reason"),
        _posting("education"),
        _posting("education_evidence"),
        _posting("experience_years", "integer"),
        _posting("experience_evidence"),
        _posting("certification"),
        _posting("certification_evidence"),
        _posting("sector"),
        _posting("sector_evidence"),
    ),
)

DUTIES = Table(
    "duties.csv",
    "one duty of one posting",
    ("posting_id", "duty_no"),
    (
        _posting("posting_id"),
        Column("duty_no", "integer", "Number of the duty in its ad, from 1."),
        Column("duty", "text", "The duty's exact words: `[start:end]` of the posting's cleaned text."),
        Column("start", "integer", _DUTY_DOCS["start"]),
        Column("end", "integer", _DUTY_DOCS["end"]),
        Column("definitions", "text", _DUTY_DOCS["definitions"] + " A space between two."),
        Column("role", "text", _DUTY_DOCS["role"]),
        Column("score", "number", _DUTY_DOCS["score"]),
        Column("evidence", "text", _DUTY_DOCS["evidence"] + " `; ` between two."),
    ),
)

PLACES = Table(
    "places.csv",
    "one place of one posting",
    ("posting_id", "place_no"),
    (
        _posting("posting_id"),
        Column("place_no", "integer", "Number of the place in its ad, from 1."),
        Column("city", "text", _PLACE_DOCS["city"]),
        Column("region", "text", _PLACE_DOCS["region"]),
        Column("country", "text", _PLACE_DOCS["country"]),
        Column("place_text", "text", _PLACE_DOCS["place_text"]),
    ),
)

PAY_LEDGER = Table(
    "pay_ledger.csv",
    "one sum of money in one posting that was looked at when its pay was read",
    ("posting_id", "candidate_no"),
    (
        _posting("posting_id"),
        Column("candidate_no", "integer", "Number of the sum in its ad, from 1, in the order of reading."),
        Column("words", "text", _CANDIDATE_DOCS["words"]),
        Column("low", "number", _CANDIDATE_DOCS["low"]),
        Column("high", "number", _CANDIDATE_DOCS["high"]),
        Column("currency", "text", _CANDIDATE_DOCS["currency"]),
        Column("period", "text", _CANDIDATE_DOCS["period"]),
        Column("period_inferred", "boolean", _CANDIDATE_DOCS["period_inferred"]),
        Column("source", "text", _CANDIDATE_DOCS["source"]),
        Column("verdict", "text", _CANDIDATE_DOCS["verdict"]),
    ),
)

SALARY_STATS = Table(
    "salary_stats.csv",
    "one role, currency and cell: all its postings, or those of one region, or of one kind of remote work",
    ("role", "currency", "cut", "value"),
    (
        Column("role", "text", "Role that the duties describe; `none` where none of the seven."),
        Column("currency", "text", "ISO 4217 code of the pay; empty for the postings that state no pay. Never mixed."),
        Column("cut", "text", "What the postings are cut by: `all`, `region` or `remote`."),
        Column("value", "text", "The region (`US-NY`) or kind of remote work; empty for `all` and where unknown."),
        _N_POSTINGS,
        Column("with_pay", "integer", "Those of them that state pay which can be annualised."),
        Column(
            "disclosure_share",
            "number",
            "`with_pay` over all postings of the role and cell in any currency, in [0, 1].",
        ),
        _EMPLOYERS,
        Column(
            "part_time", "integer", "Those with pay that are part-time: their pay by the year is that of full time."
        ),
        Column("contract", "integer", "Those with pay whose job ends by itself."),
        Column("low_median", "number", "Median of the lower ends, by the year."),
        Column(
            "mid_p25",
            "number",
            "First quartile of the midpoints, by the year; the midpoint of an open range is its stated end.",
        ),
        Column("mid_median", "number", "Median of the midpoints, by the year."),
        Column("mid_p75", "number", "Third quartile of the midpoints, by the year."),
        Column("high_median", "number", "Median of the upper ends, by the year."),
        Column(
            "article_figure",
            "number",
            "The article's figure for the role in US dollars a year; only for USD and `all`.",
        ),
        Column("difference", "number", "`mid_median` less `article_figure`."),
        Column("annualisation", "text", "The one rule by which every stated figure was brought to a year."),
    ),
)

LOCATION_STATS = Table(
    "location_stats.csv",
    "one role and place",
    ("role", "level", "country", "region", "city"),
    (
        Column(
            "role", "text", "Role that the duties describe; `all` for the postings of every role, `none` among them."
        ),
        Column("level", "text", "`country`, `region`, `city` or `remote`."),
        Column("country", "text", "ISO 3166-1 alpha-2 code; empty where unknown."),
        Column("region", "text", "Region of the place; at level `remote` empty."),
        Column("city", "text", "City; at level `remote` the kind of work (`remote hybrid onsite`)."),
        Column(
            "postings", "integer", "Distinct jobs with this place among theirs; a job with two places counts in both."
        ),
        Column("postings_split", "number", "The same with a job of n places counting 1/n in each."),
        Column("share", "number", "`postings` over all distinct jobs of the role, in [0, 1]."),
        _EMPLOYERS,
        Column("with_pay", "integer", "Those with pay in US dollars that can be annualised."),
        Column("mid_median_usd", "number", "Median of their midpoints, US dollars by the year."),
    ),
)

TITLE_CHECK = Table(
    "title_check.csv",
    "one posting whose title claims one of the seven roles",
    ("posting_id",),
    (
        _posting("posting_id"),
        _posting("title"),
        _posting("company"),
        _posting("title_role"),
        _posting("role"),
        _posting("role_confidence", "number"),
        _posting("second_role"),
        _posting("title_verdict"),
        _posting("suggested_title"),
        _posting("n_duties", "integer"),
        _posting("n_matched_duties", "integer"),
        _posting("title_for"),
        _posting("title_against"),
        _posting("url"),
    ),
)

TABLES = (POSTINGS, DUTIES, PLACES, PAY_LEDGER, SALARY_STATS, LOCATION_STATS, TITLE_CHECK)
