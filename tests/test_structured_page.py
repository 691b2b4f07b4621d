import json
import time
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.schema_org import identifier_of, posting_fields
from scraper.structured_page import MAX_PROPERTIES, job_postings_of, points_elsewhere

URL = "https://firm.example/jobs/7"
JSON_LD = (
    '<script type="application/ld+json">{"@type": "JobPosting", "title": "Clerk", "description": "File."}</script>'
)
MICRODATA = """
<div itemscope itemtype="http://schema.org/JobPosting">
 <h1 itemprop="title">Paralegal</h1>
 <div itemprop="identifier" itemscope itemtype="x/PropertyValue"><meta itemprop="value" content="R-7"></div>
 <div itemprop="description"><ul><li>Draft motions</li><li>File motions</li></ul></div>
 {more}
</div>
"""


def only(page: str) -> dict[str, object]:
    (job,) = job_postings_of(page, URL)
    return {**posting_fields(job), "ref": identifier_of(job)}


def marked(more: str) -> dict[str, object]:
    return only(MICRODATA.format(more=more))


def as_rdfa(page: str) -> str:
    return page.replace("itemprop=", "property=").replace("itemscope itemtype=", "typeof=")


def test_json_ld_comes_before_markup() -> None:
    assert only(JSON_LD + MICRODATA)["title"] == "Clerk"


@pytest.mark.parametrize("page", [MICRODATA, as_rdfa(MICRODATA), as_rdfa(MICRODATA).replace("http:", "https:")])
def test_lists_in_the_text_stay_lists(page: str) -> None:
    job = only(page.format(more=""))
    assert "<li>Draft motions</li><li>File motions</li>" in str(job["description"])
    assert (job["title"], job["ref"]) == ("Paralegal", "R-7")


@pytest.mark.parametrize("typed", ['typeof="JobPosting"', 'vocab="https://schema.org/" typeof="schema:JobPosting"'])
def test_rdfa_of_any_vocabulary_declaration(typed: str) -> None:
    page = f'<main {typed}><b property="schema:title">Clerk</b><p property="description">File.</p></main>'
    assert only(page)["title"] == "Clerk"


@pytest.mark.parametrize(
    ("markup", "name", "value"),
    [
        ('<a itemprop="hiringOrganization" href="/firm">Firm</a>', "company", "Firm"),
        ('<div itemprop="hiringOrganization" itemscope><b itemprop="name">Firm</b></div>', "company", "Firm"),
        ('<time itemprop="datePosted" datetime="2026-02-03">Tuesday</time>', "posted_on_raw", "2026-02-03"),
        ('<time itemprop="datePosted">2026-02-03</time>', "posted_on_raw", "2026-02-03"),
        ('<time itemprop="datePosted" content="2026-02-03">now</time>', "posted_on_raw", "2026-02-03"),
        ('<b itemprop="employmentType" content="FULL_TIME">Permanent</b>', "employment_type_raw", "FULL_TIME"),
        ('<link itemprop="url" href="/jobs/7?x=1">', "url", "https://firm.example/jobs/7?x=1"),
        ('<a itemprop="url" href="/jobs/7">here</a>', "url", "https://firm.example/jobs/7"),
    ],
)
def test_values_of_elements(markup: str, name: str, value: str) -> None:
    assert marked(markup)[name] == value


def test_an_address_in_words_is_a_place() -> None:
    place = '<i itemprop="jobLocation" itemscope itemtype="x/Place"><i itemprop="address" itemscope>Troy, NY</i></i>'
    (found,) = marked(place)["places_raw"]  # type: ignore[misc]
    assert found.text == "Troy, NY"


def test_properties_that_the_item_refers_to() -> None:
    page = '<p id="more"><b itemprop="title">Clerk</b></p><div itemscope itemref="more" itemtype="x/JobPosting"></div>'
    assert only(page)["title"] == "Clerk"


def test_an_item_inside_another_is_found() -> None:
    page = f'<body itemscope itemtype="http://schema.org/WebPage"><div itemprop="mainEntity">{MICRODATA}</div></body>'
    assert only(page)["title"] == "Paralegal"


def test_other_items_are_no_postings() -> None:
    page = '<div itemscope itemtype="http://schema.org/Article" data-x="JobPosting"><b itemprop="name">News</b></div>'
    assert job_postings_of(page, URL) == []


LONG = "We keep the papers of many people in one place and give them back when they are asked for. " * 4


def null_description(body: str, **more: object) -> str:
    job = {"@type": "JobPosting", "title": "Clerk", "description": None, **more}
    return f'<html><head><script type="application/ld+json">{json.dumps(job)}</script></head><body>{body}</body></html>'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            f'<nav>{LONG * 2}</nav><div class="job-description">{LONG}</div>',
            f'<div class="job-description">{LONG}</div>',
        ),
        (f'<p class="description">Short</p><main><p>{LONG}</p></main>', f"<main><p>{LONG}</p></main>"),
        (f"<article>{LONG}</article>", f"<article>{LONG}</article>"),
        (f"<p>{LONG}</p>", f"<body><p>{LONG}</p></body>"),
        (f"<p>Expired</p><script>{LONG}</script>", None),
    ],
)
def test_a_null_description_is_replaced_by_the_text_of_the_page(body: str, text: str | None) -> None:
    assert only(null_description(body))["description"] == (text.strip() if text else None)


def test_an_entry_of_a_list_does_not_get_the_text_of_the_list() -> None:
    (job,) = job_postings_of(null_description(LONG, url="/jobs/8"), URL)
    assert job["description"] is None


@pytest.mark.parametrize(
    ("job", "elsewhere"),
    [
        ({"url": "/jobs/8"}, True),
        ({"url": "https://other.example/jobs/7/"}, False),
        ({"url": "http://Stealth co"}, True),
        ({"url": "http://[x"}, False),
        ({"url": "/jobs/8", "description": "File."}, False),
        ({}, False),
    ],
)
def test_entries_of_lists(job: dict[str, object], elsewhere: bool) -> None:
    assert points_elsewhere(job, URL) is elsewhere


def test_no_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert job_postings_of(as_rdfa(MICRODATA), URL)


@pytest.mark.parametrize(
    "filling",
    [
        '<div itemscope itemtype="x/JobPosting" itemprop="y">' * 3000,
        '<div itemprop="description">x' * 3000,
        '<b itemprop="title">x</b>' * (MAX_PROPERTIES + 1),
        '<a itemprop="url" href="http://[x">x</a>',
    ],
)
def test_pages_that_nobody_reads_cost_little(filling: str) -> None:
    begun = time.perf_counter()
    job_postings_of(f'<div itemscope itemtype="http://schema.org/JobPosting">{filling}', URL)
    assert time.perf_counter() - begun < 10


PIECES = st.lists(
    st.sampled_from(
        ["<div ", 'itemscope itemtype="x/JobPosting"', 'typeof="JobPosting"', 'itemprop="description"', ">"]
    )
    | st.sampled_from(
        ['property="title"', "</div>", "<a ", "<time ", 'content="', '"', "href=x", "words", "\0", "<!--"]
    )
)


@given(PIECES)
def test_no_page_raises_anything(pieces: list[str]) -> None:
    for job in job_postings_of(" ".join(pieces), URL):
        posting_fields(job)
