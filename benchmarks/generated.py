"""Ads of legal work without end, no two alike, each of four to five thousand characters in many lines.

A repeated sentence is read from caches that real ads do not hit, so every line is put together from parts, with
numbers and names of its own. The same seed gives the same ads.
"""

from __future__ import annotations

import html
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
    "for {n} partners in the {field} group", "under the supervision of a {field} attorney",
    "ahead of hearings in {n} counties", "in accordance with local rules and the firm's {code} procedure",
    "using the document system and template {code}", "so that no deadline of matter {code} is missed",
    "with counsel, experts and {n} outside vendors", "and answer clients within {n} hours",
    "from collection to the closing of file {code}", "on behalf of {n} clients in {place}",
    "and report the figures every {n} days", "for trials, arbitrations and mediations in {place}",
    "together with the team of {person}", "and keep the register of {field} matters current",
)  # fmt: skip
_DEMANDS = (
    "At least {n} years of experience in {field} work", "A degree in law, or a paralegal certificate",
    "Command of {kind} correspondence and of the e-filing portal of {place}", "Typing at {wide} words a minute",
    "Discretion with {kind} files, and patience with {object}", "Fluent English; a second language is welcome",
    "Admission to the bar is not needed, curiosity about {field} is", "Knowledge of {object} and of {code}",
)  # fmt: skip
_OFFERS = (
    "{n} weeks of leave and a pension to which we add {n} per cent", "Lunch on {day} and ${wide} a year for travel",
    "A mentor, {n} training days and a library of {wide} volumes", "Health, dental and sight insurance from day {n}",
    "Work from home on {day} after the first {n} months", "A 401(k) match of {n}% after {wide} days",
)  # fmt: skip
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
        group = f"The {random.choice(_FIELDS)} group of {_name(random)} handles {random.choice(_KINDS)}"
        sentences.append(f"{group} {random.choice(_OBJECTS)} {_filled(random, random.choice(_PURPOSES))}.")
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
    return template.format(
        n=random.randint(2, 30),
        wide=random.randint(40, 4000),
        code=f"{random.choice('ABCDEFGH')}-{random.randint(100, 9999)}",
        field=random.choice(_FIELDS),
        kind=random.choice(_KINDS),
        object=random.choice(_OBJECTS),
        place=random.choice(_PLACES)[0],
        person=_name(random),
        day=random.choice(_DAYS),
    )


def _name(random: Random) -> str:
    return "".join(random.choice(_SYLLABLES) for _ in range(random.randint(2, 4))).capitalize()
