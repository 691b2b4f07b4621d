"""Ads of legal work without end, no two alike, each of four to five thousand characters in many lines.

A repeated sentence is read from caches that real ads do not hit, so every line is put together from parts, with numbers
and names of its own, and three words in a row seldom stand in two ads: the search for copies finds none. The same seed
gives the same ads.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

_LEVELS = ("", "", "Senior ", "Junior ", "Lead ", "Part-time ", "Temporary ", "Bilingual ")
_FIELDS = (
    "Litigation", "Corporate", "Probate", "Immigration", "Employment", "Family Law", "Conveyancing", "Patent",
    "Personal Injury", "Insolvency", "Tax", "Planning", "Public Finance", "Banking", "Insurance", "Construction",
    "Environmental", "Healthcare", "Antitrust", "Privacy", "Real Estate", "Shipping", "Licensing", "Housing",
)  # fmt: skip
_ROLES = (
    "Paralegal", "Legal Assistant", "Legal Secretary", "Law Clerk", "Legal Administrative Assistant", "Case Manager",
    "Legal Operations Analyst", "Docketing Clerk", "Court Clerk", "Contracts Administrator", "Compliance Analyst",
    "Associate Attorney", "Staff Attorney", "Legal Analyst", "Legal Intern", "Solicitor",
)  # fmt: skip
_VERBS = (
    "Draft", "Review", "Prepare", "File", "Proofread", "Organise", "Track", "Index", "Summarise", "Cite-check",
    "Assemble", "Update", "Circulate", "Redact", "Translate", "Collect", "Compare", "Log", "Serve", "Verify",
    "Calendar", "Archive", "Format", "Schedule", "Coordinate", "Reconcile", "Transcribe", "Monitor", "Research",
)  # fmt: skip
_KINDS = (
    "routine", "urgent", "amended", "sealed", "privileged", "electronic", "bilingual", "incoming", "outgoing",
    "complex", "contested", "final", "quarterly", "preliminary", "supporting", "certified", "draft", "executed",
)  # fmt: skip
_OBJECTS = (
    "motions", "pleadings", "subpoenas", "deposition summaries", "discovery responses", "witness statements",
    "engagement letters", "lease abstracts", "closing binders", "board minutes", "contracts", "privilege logs",
    "court calendars", "client files", "invoices", "affidavits", "trial notebooks", "exhibits", "patent assignments",
    "visa petitions", "title searches", "settlement agreements", "corporate filings", "billing entries",
    "medical records", "demand letters", "case chronologies", "mail and faxes", "conference rooms", "appellate briefs",
    "legal memoranda", "probate inventories", "retention schedules", "conflict checks", "expense reports",
)  # fmt: skip
_PURPOSES = (
    "{side} {n} {people} of the {field} {unit}", "{side} {people} and {people} in {place}",
    "{when} {events} in {place} and {n} other towns", "{when} {events}, {events} and {events}",
    "{how} the {tool} {code}", "{how} {tool} number {wide} of the {unit}", "so that the {events} of {code} {run}",
    "{side} {person} and the {unit} of {person}", "and {tell} {people} within {n} {spans}",
    "and {tell} the {unit} of {events} every {n} {spans}", "{when} the {events} of file {code}",
)  # fmt: skip
_DEMANDS = (
    "{least} {n} {spans} of {field} {events}", "{skill} of {kind} {object} and the {tool} of {place}",
    "{skill} of {wide} {object}, {kind} or {kind}", "{least} {wide} {object} a {span} {how} a {tool}",
    "{skill} of {people}, {people} and their {object}", "{trait} {side} {people} who send {kind} {object}",
    "{trait} {when} {kind} {events}", "{least} a certificate in {field} {object} from {person}",
)  # fmt: skip
_OFFERS = (
    "{n} {spans} of leave and {n} {perk} in {place}", "{perk} on {day} and ${wide} a {span} for {perk}",
    "{perk}, {n} {spans} of training and {perk}", "{perk} from {span} {n} {side} {people}",
    "{perk} on {day} after {n} {spans} with {person}", "{perk} of {n}% once {wide} {spans} have passed",
)  # fmt: skip
_PARTS = {
    "side": ("for", "together with", "on behalf of", "alongside", "as asked by", "supervised by", "reporting to",
             "in support of", "with", "as backup to", "in place of", "next to"),
    "people": ("partners", "associates", "clients", "carriers", "trustees", "agencies", "paralegals", "vendors",
               "experts", "witnesses", "claimants", "tenants", "lenders", "brokers", "auditors", "interns", "judges",
               "guardians", "landlords", "inventors", "adjusters", "investigators", "translators", "registrars"),
    "unit": ("group", "team", "practice", "department", "office", "section", "bureau", "division", "desk", "chamber",
             "clinic", "registry", "branch", "panel"),
    "when": ("ahead of", "during", "after", "before", "while preparing", "in the weeks of", "between", "at the end of",
             "following", "upon"),
    "events": ("hearings", "trials", "closings", "mediations", "audits", "arbitrations", "inspections", "depositions",
               "conferences", "elections", "mergers", "evictions", "appeals", "auctions", "interviews", "moves",
               "renewals", "seizures", "settlements", "transfers", "site visits", "tenders", "inquests", "reviews"),
    "how": ("using", "through", "by means of", "within", "under", "out of", "according to", "against"),
    "tool": ("checklist", "docket", "portal", "template", "ledger", "archive", "index", "manual", "spreadsheet",
             "scanner", "database", "register", "mailbox", "rulebook", "calendar", "repository", "workflow", "tracker"),
    "run": ("stay on time", "are never missed", "can begin", "end well", "go ahead", "find a room", "cost less"),
    "tell": ("inform", "answer", "bill", "remind", "brief", "update", "call", "notify", "consult", "thank", "warn"),
    "spans": ("days", "weeks", "months", "hours", "quarters", "mornings", "terms", "years"),
    "span": ("day", "week", "month", "quarter", "term", "year"),
    "least": ("At least", "Some", "No fewer than", "About", "More than", "Ideally", "Preferably", "Usually", "Up to"),
    "skill": ("Command", "Knowledge", "Some grasp", "A record", "Understanding", "Fluency", "First sight", "A love"),
    "trait": ("Patience", "Discretion", "Calm", "Good humour", "Curiosity", "Firmness", "Tact", "Stamina", "Candour"),
    "perk": ("lunch", "a pension", "a mentor", "health cover", "parking", "a gym", "childcare", "a laptop", "shares",
             "dental cover", "a bus pass", "study leave", "a library", "remote work", "a bonus", "seminars"),
}  # fmt: skip
_PLACES = (
    ("Albany", "NY", "US"), ("Buffalo", "NY", "US"), ("Chicago", "IL", "US"), ("Dallas", "TX", "US"),
    ("Denver", "CO", "US"), ("Portland", "OR", "US"), ("Tampa", "FL", "US"), ("Newark", "NJ", "US"),
    ("Toronto", "ON", "CA"), ("Calgary", "AB", "CA"), ("Leeds", "England", "GB"), ("Cardiff", "Wales", "GB"),
    ("Manchester", "England", "GB"), ("Glasgow", "Scotland", "GB"), ("Sydney", "NSW", "AU"), ("Dublin", "", "IE"),
)  # fmt: skip
_SYLLABLES = (
    "ba",
    "cor",
    "den",
    "el",
    "fen",
    "gar",
    "hol",
    "im",
    "kes",
    "lan",
    "mor",
    "nor",
    "pem",
    "rud",
    "sel",
    "win",
)
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays")


@dataclass(frozen=True)
class GeneratedAd:
    """One ad; ``body`` is HTML."""

    number: int
    title: str
    company: str
    city: str
    region: str
    country: str
    posted_on: str
    body: str


def generate(n_ads: int, seed: int = 7) -> Iterator[GeneratedAd]:
    """So many ads, no two with the same text."""
    random = Random(seed)  # noqa: S311
    for number in range(1, n_ads + 1):
        yield _ad(random, number)


def _ad(random: Random, number: int) -> GeneratedAd:
    city, region, country = random.choice(_PLACES)
    company = f"{_name(random)} & {_name(random)} LLP"
    title = f"{random.choice(_LEVELS)}{random.choice(_FIELDS)} {random.choice(_ROLES)}"
    sections = [
        _paragraph(random, f"{company} advises {random.randint(20, 900)} clients in {city}", 5),
        _list("Responsibilities", [_duty(random) for _ in range(random.randint(16, 20))]),
        _list("What you bring", [_filled(random, random.choice(_DEMANDS)) for _ in range(random.randint(8, 10))]),
        _list("What we offer", [_filled(random, random.choice(_OFFERS)) for _ in range(random.randint(6, 8))]),
        f"<p>{_pay(random, country)}</p>",
        _paragraph(random, f"Applications for post {number} go to {_name(random)}", 4),
    ]
    posted_on = f"2026-{random.randint(1, 9):02}-{random.randint(1, 28):02}"
    return GeneratedAd(number, title, company, city, region, country, posted_on, "\n".join(sections))


def _duty(random: Random) -> str:
    verbs = f"{random.choice(_VERBS)} and {random.choice(_VERBS).lower()}"
    objects = f"{random.choice(_KINDS)} {random.choice(_OBJECTS)} and {random.choice(_OBJECTS)}"
    return f"{verbs} {objects} {_filled(random, random.choice(_PURPOSES))}"


def _paragraph(random: Random, opening: str, n_sentences: int) -> str:
    sentences = [f"{opening}."]
    for _ in range(n_sentences):
        group = _filled(random, "{person} and the {field} {unit} {tell} {people} of {kind} {object}")
        sentences.append(f"{group} {_filled(random, random.choice(_PURPOSES))}.")
    return f"<p>{html.escape(' '.join(sentences))}</p>"


def _list(heading: str, items: list[str]) -> str:
    rows = "\n".join(f"<li>{html.escape(item)}</li>" for item in items)
    return f"<h3>{heading}</h3>\n<ul>\n{rows}\n</ul>"


def _pay(random: Random, country: str) -> str:
    low = random.randint(24, 90)
    sign = {"GB": "£", "IE": "€"}.get(country, "$")
    if random.random() < 0.3:
        return f"Pay: {sign}{low / 2 + 5:.2f} to {sign}{low / 2 + 12:.2f} an hour"
    return (
        f"The salary range is {sign}{low},{random.randint(0, 9)}00 - {sign}{low + random.randint(5, 30)},000 per year"
    )


def _filled(random: Random, template: str) -> str:
    """The template with each of its parts drawn anew."""
    return _PART.sub(lambda part: _drawn(random, part[1]), template)


_PART = re.compile(r"\{(\w+)\}")


def _drawn(random: Random, part: str) -> str:
    if part in _PARTS:
        return random.choice(_PARTS[part])
    if part == "code":
        return f"{random.choice('ABCDEFGH')}-{random.randint(100, 9999)}"
    if part in ("n", "wide"):
        return str(random.randint(2, 30) if part == "n" else random.randint(40, 4000))
    if part == "person":
        return _name(random)
    named = {"field": _FIELDS, "kind": _KINDS, "object": _OBJECTS, "day": _DAYS}
    return random.choice(named[part]) if part in named else random.choice(_PLACES)[0]


def _name(random: Random) -> str:
    return "".join(random.choice(_SYLLABLES) for _ in range(random.randint(2, 4))).capitalize()
