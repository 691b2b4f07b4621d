import json
import time

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
        pytest.param("// <![CDATA[\n" + json.dumps(JOB) + "\n// ]]&gt;", id="CDATA whose end was escaped"),
        pytest.param("\n<!-- " + json.dumps([JOB]) + ";  -->\n", id="semicolon inside a comment wrapper"),
        pytest.param(json.dumps(JOB).replace('"', "&quot;").replace("&", "&amp;"), id="entity-encoded twice"),
        pytest.param(json.dumps(JOB).replace('"', "&#34;"), id="entity-encoded by number"),
        pytest.param(json.dumps({"items": [JOB]}, indent=1).replace("\n ]", ",\n ]"), id="trailing comma in a list"),
        pytest.param(json.dumps({**JOB, "@type": "schema:JobPosting"}), id="type with a prefix"),
        pytest.param(json.dumps({**JOB, "@type": "https://schema.org#JobPosting"}), id="type after a hash"),
        pytest.param(json.dumps({"@Type": "jobPosting", "Title": "Paralegal"}), id="capitals in keys and in the type"),
        pytest.param(json.dumps({"@type": "JobPosting", "schema:title": "Paralegal"}), id="key with a prefix"),
        pytest.param(json.dumps({"@type": "JobPosting", "http://schema.org/title": "Paralegal"}), id="key as address"),
        pytest.param(json.dumps({**JOB, "title": {"@value": "Paralegal", "@language": "en"}}), id="literal as object"),
        pytest.param(
            '{"@type": "JobPosting", "title": "Paralegal", "description": "the "big" one"}', id="inner quotes"
        ),
    ],
)
def test_reads_what_real_pages_write(block: str) -> None:
    assert titles(page(block)) == ["Paralegal"]


@pytest.mark.parametrize(
    ("block", "description"),
    [
        pytest.param('{"description": "Ask "Who?", then act", "x": 1}', 'Ask "Who?", then act', id="before a comma"),
        pytest.param('{"x": {"description": "He said "so""}, "y": "z"}', 'He said "so"', id="at the end of a string"),
        pytest.param(
            '{"description": "an \\"escaped\\" and a "bare" one"}', 'an "escaped" and a "bare" one', id="mixed"
        ),
        pytest.param('{"description": "<a href="/x">y</a>",}', '<a href="/x">y</a>', id="attributes of a tag"),
    ],
)
def test_quotes_inside_strings_are_mended(block: str, description: str) -> None:
    read = loads_tolerant(block)
    assert read.get("x", read) == {"description": description} or read["description"] == description


@pytest.mark.parametrize("block", ['{"a": "x "y" z" w}', '{"a": b}', "{'a': 'b'}", '{"@type": "JobPosting"', ""])
def test_what_no_repair_helps_is_an_error(block: str) -> None:
    with pytest.raises(ValueError, match="no JSON"):
        loads_tolerant(block)


def test_entities_inside_a_broken_block_stay_text() -> None:
    block = json.dumps({**JOB, "description": "Say &quot;hello&quot; &lt;twice&gt;"})[:-1] + ",}"
    assert find_job_postings(page(block))[0]["description"] == "Say &quot;hello&quot; &lt;twice&gt;"


def test_the_type_of_the_script_may_have_capitals_and_parameters() -> None:
    assert titles(f"<script type='Application/LD+JSON; charset=utf-8'>{json.dumps(JOB)}</script>") == ["Paralegal"]


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


def test_resolves_references_through_several_nodes_and_stubs() -> None:
    graph = [
        {**JOB, "jobLocation": [{"@type": "Place", "@id": "#place"}]},
        {"@id": "#place", "@type": "Place", "address": {"@id": "#address"}},
        {"@id": "#address", "@type": "PostalAddress", "addresslocality": "Albany", "addressCountry": {"@id": "#us"}},
        {"@id": "#us", "@type": "Country", "name": "US"},
        {"@id": "#us", "@type": "Country"},
    ]
    (job,) = job_postings_in(graph)
    address = job["jobLocation"][0]["address"]
    assert (address["addressLocality"], address["addressCountry"]["name"]) == ("Albany", "US")


def test_references_in_a_circle_end() -> None:
    (job,) = job_postings_in([{**JOB, "@id": "#a", "x": {"@id": "#b"}}, {"@id": "#b", "name": "b", "x": {"@id": "#a"}}])
    assert job["x"]["name"] == "b"


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


@pytest.mark.parametrize("filling", ['"a":"', " /*", "<!--", " ", '" ', "{", ",", "\\", "]]>", "&quot;"])
def test_no_filling_takes_the_square_of_its_length(filling: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(ValueError, match="JSON"):
        loads_tolerant('{"a":' + filling * 20_000 + "x")
    assert time.perf_counter() - begun < 5


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
