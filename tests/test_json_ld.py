import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.json_ld import find_job_postings, job_postings_in, loads_tolerant

JOB = {"@context": "https://schema.org", "@type": "JobPosting", "title": "Paralegal", "description": "Draft motions."}


def page(*blocks: str) -> str:
    scripts = "".join(f'<script type="application/ld+json">{block}</script>' for block in blocks)
    return f"<html><head>{scripts}</head><body></body></html>"


def titles(html: str) -> list[object]:
    return [job.get("title") for job in find_job_postings(html)]


def test_reads_a_plain_block() -> None:
    assert find_job_postings(page(json.dumps(JOB))) == [JOB]


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(json.dumps([JOB]), id="list at top level"),
        pytest.param(json.dumps({"@graph": [{"@type": "WebSite"}, JOB]}), id="graph"),
        pytest.param(json.dumps({**JOB, "@type": ["Thing", "JobPosting"]}), id="type as list"),
        pytest.param(json.dumps({**JOB, "@type": "http://schema.org/JobPosting"}), id="type as address"),
        pytest.param(
            json.dumps({"@Context": "http://schema.org", "@type": "JobPosting", "title": "Paralegal"}), id="@Context"
        ),
        pytest.param(json.dumps({"@type": "ItemList", "itemListElement": [{"item": JOB}]}), id="inside a list item"),
        pytest.param(json.dumps(JOB).replace("Draft motions.", "Draft\nmotions."), id="raw newline in a string"),
        pytest.param(
            json.dumps(JOB).replace("motions.", r"motions ¯\_(ツ)_/¯" + "\nand more"), id="bad escape and raw newline"
        ),
        pytest.param(json.dumps(JOB).replace('"', "&quot;"), id="entity-encoded"),
        pytest.param("// <![CDATA[\n" + json.dumps(JOB) + "\n// ]]>", id="CDATA in line comments"),
        pytest.param("/*<![CDATA[*/" + json.dumps(JOB) + "/*]]>*/", id="CDATA in block comments"),
        pytest.param("<!--\n" + json.dumps(JOB) + "\n-->", id="HTML comment wrapper"),
        pytest.param(json.dumps(JOB) + ";", id="trailing semicolon"),
        pytest.param(json.dumps(JOB)[:-1] + ",}", id="trailing comma"),
        pytest.param('{"@type": "JobPosting", /* one */ "title": "Paralegal" // two\n}', id="comments after values"),
        pytest.param("\ufeff" + json.dumps(JOB), id="byte order mark"),
    ],
)
def test_reads_what_real_pages_write(block: str) -> None:
    assert titles(page(block)) == ["Paralegal"]


def test_a_broken_block_does_not_cost_the_others() -> None:
    assert titles(page("{broken", json.dumps(JOB), '{"@type": ')) == ["Paralegal"]


def test_ignores_blocks_inside_html_comments_and_look_alikes() -> None:
    decoy = f'<script type="application/json">{json.dumps(JOB)}</script><!-- {page(json.dumps(JOB))} -->'
    assert titles(f"<html><body>{decoy}</body></html>") == []


def test_resolves_references_to_other_nodes() -> None:
    graph = {
        "@graph": [
            {"@id": "#org", "@type": "Organization", "name": "Firm"},
            {**JOB, "hiringOrganization": {"@id": "#org"}},
        ]
    }
    (job,) = find_job_postings(page(json.dumps(graph)))
    assert job["hiringOrganization"]["name"] == "Firm"


def test_a_reference_to_nothing_or_of_a_wrong_kind_is_left_alone() -> None:
    jobs = job_postings_in([{**JOB, "hiringOrganization": {"@id": "#gone"}, "jobLocation": {"@id": ["#list"]}}])
    assert jobs[0]["hiringOrganization"] == {"@id": "#gone"}


def test_the_same_posting_twice_counts_once() -> None:
    assert len(find_job_postings(page(json.dumps(JOB), json.dumps(JOB)))) == 1


def test_urls_in_strings_are_no_comments() -> None:
    block = '{"@type": "JobPosting", "url": "https://firm.example/jobs/1", "title": "Paralegal",}'
    assert find_job_postings(page(block))[0]["url"] == "https://firm.example/jobs/1"


def test_depth_is_bounded_by_an_error_not_a_crash() -> None:
    with pytest.raises(ValueError, match="JSON"):
        loads_tolerant("[" * 200_000)


@given(st.text())
def test_no_text_raises_anything(text: str) -> None:
    find_job_postings(page(text))
    find_job_postings(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_valid_json_is_read_as_json_reads_it(value: object) -> None:
    assert loads_tolerant(json.dumps(value)) == value
