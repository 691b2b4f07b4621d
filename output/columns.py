"""Every column of every file: name, type and meaning, declared once.

``DATA_FORMAT.md`` is written from these declarations (``python -m output.data_format``) and the writers use them, so
that document, header and data cannot drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scraper.items import PAY_PERIODS, PAY_SOURCES, REMOTE_KINDS, Duty, PayCandidate, Place, Posting, field_docs
from store import CHANGES as CHANGES_OF_AD
from store import LIFECYCLE
from taggers.reading import NO_ROLE, ROLES, VERDICTS

Kind = Literal["text", "integer", "number", "boolean", "date", "instant"]

_PANDAS = {"integer": "Int64", "number": "Float64", "boolean": "boolean"}

PAY_UNIT = "currency a year"
SHARE = "share"
"""Unit of a number in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file."""

    name: str
    kind: Kind
    says: str
    unit: str = ""
    """What a number counts or is measured in, where the name does not say; ``share`` is a number in [0, 1]."""
    values: tuple[str, ...] = ()
    """The closed set of values, where there is one."""

    @property
    def dtype(self) -> str:
        """The pandas dtype, one that knows missing values; dates and instants stay text, as they are written."""
        return _PANDAS.get(self.kind, "string")


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


_VALUES = {
    "role": (*ROLES, NO_ROLE),
    "second_role": ROLES,
    "title_role": ROLES,
    "title_verdict": VERDICTS,
    "salary_period": PAY_PERIODS,
    "salary_source": PAY_SOURCES,
    "remote": REMOTE_KINDS,
}
_UNITS = {
    "role_confidence": SHARE,
    "salary_min": "salary_currency a salary_period",
    "salary_max": "salary_currency a salary_period",
    "salary_year_min": "salary_currency a year",
    "salary_year_max": "salary_currency a year",
    "experience_years": "years",
}


def _posting(name: str, kind: Kind = "text") -> Column:
    return Column(name, kind, _POSTING_DOCS[name], _UNITS.get(name, ""), _VALUES.get(name, ()))


_ROLE = Column("role", "text", "Role that the duties describe; `none` where none of the seven.", values=_VALUES["role"])
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
        _posting("posted_on", "date"),
        _posting("first_seen", "instant"),
        _posting("last_seen", "instant"),
        _posting("platform"),
        _posting("requisition"),
        _posting("employment_type_raw"),
        _posting("salary_period_inferred", "boolean"),
        _posting("salary_note"),
        _posting("is_part_time", "boolean"),
        _posting("is_contract", "boolean"),
        _posting("employment_evidence"),
        _posting("location_raw"),
        _posting("valid_through", "date"),
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
        Column("closed_on", "date", LIFECYCLE["closed_on"] + " Empty while the ad is open; statistics leave it out."),
    ),
)

DUTIES = Table(
    "duties.csv",
    "one duty of one posting",
    ("posting_id", "duty_no"),
    (
        _posting("posting_id"),
        Column("duty_no", "integer", "Number of the duty in its ad, from 1."),
        Column("duty", "text", "The duty's exact words: `[start:end]` of the posting's cleaned text, contacts masked."),
        Column("start", "integer", _DUTY_DOCS["start"]),
        Column("end", "integer", _DUTY_DOCS["end"]),
        Column("definitions", "text", _DUTY_DOCS["definitions"] + " A space between two."),
        Column("role", "text", _DUTY_DOCS["role"], values=ROLES),
        Column("score", "number", _DUTY_DOCS["score"], SHARE),
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
        Column(
            "set_aside",
            "text",
            "Why the sum is pay and is yet left out of the pay statistics: so far from the others of its role and "
            "currency that it is more likely misread or mistyped.",
        ),
    ),
)


def _pay(name: str, says: str, unit: str = PAY_UNIT) -> Column:
    return Column(name, "number", says, unit)


def _pay_quantiles() -> tuple[Column, ...]:
    """Five quantiles of each end of the range."""
    ends = {
        "low": "lower ends",
        "mid": "midpoints; the midpoint of an open range is its stated end",
        "high": "upper ends",
    }
    quantiles = {
        "p10": "10th percentile",
        "p25": "First quartile",
        "median": "Median",
        "p75": "Third quartile",
        "p90": "90th percentile",
    }
    return tuple(
        _pay(f"{end}_{short}", f"{quantile} of the {which}, by the year.")
        for end, which in ends.items()
        for short, quantile in quantiles.items()
    )


_PAY_FIGURES = (
    Column("outliers", "integer", "Those with pay that are set aside; `pay_ledger.csv` says which and why."),
    _EMPLOYERS,
    Column("part_time", "integer", "Those with pay that are part-time: their pay by the year is that of full time."),
    Column("contract", "integer", "Those with pay whose job ends by itself."),
    *_pay_quantiles(),
    _pay("mid_median_from", "Lower end of the 95 % interval of `mid_median` (bootstrap, percentile method, seeded)."),
    _pay("mid_median_to", "Upper end of that interval."),
    _pay("mid_median_by_employer", "Median of the midpoints in which every employer weighs the same."),
)
_WITH_PAY = Column("with_pay", "integer", "Those of them that state pay which can be annualised.")
_POSTINGS_OF_CELL = Column(
    "postings_of_cell", "integer", "Distinct jobs of the cell in every currency and without pay: the base of the share."
)
_DISCLOSURE = Column("disclosure_share", "number", "`with_pay` over `postings_of_cell`, in [0, 1].", SHARE)
CURRENCY = Column(
    "currency",
    "text",
    "ISO 4217 code of the pay; empty for the postings that state no pay, or pay of an unknown currency. Never mixed.",
)
_ANNUALISATION = Column("annualisation", "text", "The one rule by which every stated figure was brought to a year.")


def pay_columns() -> tuple[Column, ...]:
    """Counts and figures of a cell, as every file of pay has them."""
    return (_N_POSTINGS, _POSTINGS_OF_CELL, _WITH_PAY, _DISCLOSURE, *_PAY_FIGURES)


CUTS = ("all", "region", "city", "sector", "remote", "seniority", "source")

SALARY_STATS = Table(
    "salary_stats.csv",
    "one role, currency and cell: all its postings, or those of one value of one cut",
    ("role", "currency", "cut", "value"),
    (
        _ROLE,
        CURRENCY,
        Column("cut", "text", "What the postings are cut by: `" + " ".join(CUTS) + "`.", values=CUTS),
        Column(
            "value",
            "text",
            "The region (`US-NY`) or city (`US-NY Albany`) of the first place, sector, kind of remote work, seniority "
            "in the title, or source; empty for `all` and where unknown.",
        ),
        *pay_columns(),
        Column("article_figure", "number", "The article's figure for the cell, where it has one.", "USD a year"),
        Column("article_measure", "text", "What that figure is, in the article's words: a `median` or an `average`."),
        Column("article_source", "text", "Where it stands, and whom the article names for it."),
        _pay("difference", "`mid_median` less `article_figure`.", "USD a year"),
        _ANNUALISATION,
    ),
)

_BASE_OF_LOCATION = (
    Column(
        "role",
        "text",
        "Role that the duties describe; `all` for the postings of every role, `none` among them.",
        values=("all", *_VALUES["role"]),
    ),
    Column("level", "text", "`country`, `region`, `city` or `remote`.", values=("country", "region", "city", "remote")),
    Column("country", "text", "ISO 3166-1 alpha-2 code; empty where unknown."),
    Column("region", "text", "Region of the place; at level `remote` empty."),
    Column("city", "text", "City; at level `remote` the kind of work (`remote hybrid onsite`)."),
)
LOCATION_STATS = Table(
    "location_stats.csv",
    "one role and place",
    ("role", "level", "country", "region", "city"),
    (
        *_BASE_OF_LOCATION,
        Column(
            "postings", "integer", "Distinct jobs with this place among theirs; a job with two places counts in both."
        ),
        Column("postings_split", "number", "The same with a job of n places counting 1/n in each.", "jobs"),
        Column("share", "number", "`postings` over all distinct jobs of the role, in [0, 1].", SHARE),
        Column(
            "location_quotient",
            "number",
            "Share of the role's jobs that are in the place over the share of all jobs that are, both of "
            "`postings_split` and of known places of the level: over 1 the role is more common here than "
            "elsewhere. Empty for `all`.",
            "ratio",
        ),
        _EMPLOYERS,
        Column("with_pay", "integer", "Those with pay in US dollars that can be annualised, outliers set aside."),
        Column("mid_median_usd", "number", "Median of their midpoints.", "USD a year"),
        Column("article_says", "text", "What the article says of openings for the role in this state, if anything."),
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


TITLE_MATRIX = Table(
    "title_matrix.csv",
    "one claimed role and one role that the duties describe, with at least one job",
    ("title_role", "role"),
    (
        Column(
            "title_role",
            "text",
            "The role the title claims; `none` where it claims none of the seven.",
            values=_VALUES["role"],
        ),
        _ROLE,
        _N_POSTINGS,
        Column("share", "number", "`postings` over all jobs whose title claims the same, in [0, 1].", SHARE),
        *(
            Column(verdict.replace(" ", "_"), "integer", f"Those of them with the verdict `{verdict}`.")
            for verdict in VERDICTS
        ),
    ),
)

DUTY_STATS = Table(
    "duty_stats.csv",
    "one of the article's definitions and one role that ads were found to describe",
    ("definition", "role"),
    (
        Column("definition", "text", "Id of the definition: `<role with _>.<duty>`."),
        Column(
            "role",
            "text",
            "Role that the duties of the ads describe; `all` for every ad, `none` among them.",
            values=("all", *_VALUES["role"]),
        ),
        Column("duties", "integer", "Duties of these jobs that are an instance of the definition."),
        Column("postings", "integer", "Distinct jobs with at least one such duty."),
        Column("postings_of_role", "integer", "Distinct jobs of the role that list any duty: the base of the share."),
        Column("share", "number", "`postings` over `postings_of_role`, in [0, 1].", SHARE),
        Column(
            "lift",
            "number",
            "`share` over the share among all jobs: over 1 the duty is typical of the role. Empty for `all`.",
            "ratio",
        ),
    ),
)

DUTY_CANDIDATES = Table(
    "duty_candidates.csv",
    "one cluster of duties of legal ads that no definition covers",
    ("candidate_no",),
    (
        Column("candidate_no", "integer", "Number of the cluster, the one with most jobs first."),
        Column("terms", "text", "The words that mark the cluster, strongest first; `; ` between two."),
        Column("duties", "integer", "Duties in it."),
        _N_POSTINGS,
        Column("employers", "integer", "Distinct employers among them, by name."),
        Column("example", "text", "The duty nearest to its middle, in the ad's words."),
        Column("example_posting_id", "text", "The ad it stands in."),
    ),
)

STEPS = ("fetched", "read", "open", "legal", "stored", "distinct")
FUNNEL = Table(
    "funnel.csv",
    "one step of one run of one source and one reason why ads were lost there",
    ("run_id", "source", "row_no"),
    (
        Column("run_id", "text", "Id of the run: the instant it began, UTC; empty for ads that came from files."),
        Column("source", "text", "Name of the source."),
        Column(
            "row_no",
            "integer",
            "Number of the row in its run and source, from 1: what is left of one is what comes into the next.",
        ),
        Column(
            "step",
            "text",
            "`fetched` (the board listed), `read` (could be read), `open` (not closed), `legal` (legal work), `stored` "
            "(one row an id), `distinct` (counted in the statistics: copies of ads counted elsewhere are lost). The "
            "last two for the last run of a source only.",
            values=STEPS,
        ),
        Column("reason", "text", "Why ads were lost; empty where none was."),
        Column("n_in", "integer", "Ads that came in.", "ads"),
        Column("n_lost", "integer", "Ads lost for the reason.", "ads"),
        Column("n_left", "integer", "`n_in` less `n_lost`.", "ads"),
        Column("outcome", "text", "How the run of the source went; DATA_FORMAT.md names the words."),
    ),
)

KINDS_OF_CHANGE = ("new", *CHANGES_OF_AD)
CHANGES = Table(
    "changes.csv",
    "one change of one posting, told by the run that saw it",
    ("posting_id", "change_no"),
    (
        Column(
            "run_id", "text", "Id of the run that saw the change: the instant it began, UTC; empty where it was pruned."
        ),
        Column("source", "text", "Name of the source."),
        _posting("posting_id"),
        Column("change_no", "integer", "0 for `new`, else the number of the change in its ad's history, from 1."),
        Column(
            "change",
            "text",
            "`new`: first seen by this run, though an earlier one had read the source; `title place pay text duties`: "
            "what the board changed in the ad; `closed`; `reopened`: a closed ad that its board shows again.",
            values=KINDS_OF_CHANGE,
        ),
        Column(
            "before",
            "text",
            "What stood there before, at most 200 characters: of a text only what differs, of duties those that went; "
            "for `reopened` the day of closing.",
        ),
        Column("after", "text", "What stands there now, likewise; for `closed` the day of closing."),
        Column("seen_at", "instant", "When the change was seen; for `closed` the beginning of the run."),
        _posting("title"),
        _posting("company"),
        _posting("role"),
        _posting("url"),
    ),
)

TRENDS = Table(
    "trends.csv",
    "one week and role, or one week over all roles",
    ("week", "role"),
    (
        Column("week", "date", "Monday of the week, UTC."),
        Column(
            "role",
            "text",
            "Role that the duties describe; `all` for the jobs of every role, `none` among them.",
            values=("all", *_VALUES["role"]),
        ),
        Column(
            "postings",
            "integer",
            "Distinct jobs open at the end of the week: first seen by then, and not every ad of them closed by then.",
        ),
        Column("came", "integer", "Jobs first seen in the week."),
        Column(
            "came_with_source",
            "integer",
            "Those of them that the first run of their source found: they stood there already.",
        ),
        Column("closed", "integer", "Jobs whose last open ad was closed in the week."),
        Column("employers", "integer", "Distinct employers of the open jobs, by name."),
        Column("with_pay", "integer", "Open jobs with pay in US dollars that can be annualised, outliers set aside."),
        Column("mid_median_usd", "number", "Median of their midpoints, as they state it now.", "USD a year"),
        Column(
            "sources_read",
            "integer",
            "Sources read in full in the week (the same in every role): where it changes, so do the counts.",
        ),
    ),
)


def _both(name: str, kind: Kind, says: str, unit: str = "") -> tuple[Column, Column]:
    return (
        Column(f"{name}_before", kind, f"{says}, in the first of the two.", unit),
        Column(f"{name}_after", kind, f"{says}, in the second.", unit),
    )


COMPARED_ROLES = Table(
    "compared_roles.csv",
    "one role and currency of two stores or folders of reports",
    ("role", "currency"),
    (
        _ROLE,
        CURRENCY,
        *_both("postings", "integer", "Distinct jobs with pay in the currency"),
        *_both("with_pay", "integer", "Those whose pay can be annualised"),
        *_both("employers", "integer", "Distinct employers, by name"),
        *_both("mid_median", "number", "Median of the midpoints by the year", PAY_UNIT),
        Column("postings_difference", "number", "`postings_after` less `postings_before`.", "jobs"),
        Column("mid_median_difference", "number", "`mid_median_after` less `mid_median_before`.", PAY_UNIT),
    ),
)

COMPARED_ADS = Table(
    "compared_ads.csv",
    "one posting that only one of the two has, or one column of a posting of both that differs",
    ("posting_id", "change", "column"),
    (
        _posting("posting_id"),
        Column("change", "text", "`new` (only in the second), `gone` (only in the first) or `changed`."),
        Column("column", "text", "The column of `postings.csv` that differs; empty for `new` and `gone`."),
        Column("before", "text", "Its value in the first."),
        Column("after", "text", "Its value in the second."),
        _posting("title"),
        _posting("company"),
        _posting("role"),
    ),
)

TABLES = (
    POSTINGS,
    DUTIES,
    PLACES,
    PAY_LEDGER,
    SALARY_STATS,
    LOCATION_STATS,
    TITLE_CHECK,
    TITLE_MATRIX,
    DUTY_STATS,
    DUTY_CANDIDATES,
    FUNNEL,
    CHANGES,
    TRENDS,
    COMPARED_ROLES,
    COMPARED_ADS,
)
