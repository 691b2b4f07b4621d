import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.chain import CountedStats
from pipelines.clean_text import MAX_TEXT_CHARS, CleanTextPipeline, clean_text, one_line
from scraper.items import Posting, RawPay, RawPlace


def lines(value: str) -> list[str]:
    return [line.strip() for line in clean_text(value).splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param(
            "<ul><li>Draft <b>motions</b> and <i>briefs</i></li><li>File</li></ul>",
            ["• Draft motions and briefs", "• File"],
            id="bullets",
        ),
        pytest.param("<p>Pre<b>pare</b> e<em>xhibit</em>s</p>", ["Prepare exhibits"], id="markup inside words"),
        pytest.param(
            "<ul><li>Files<ul><li>paper</li><li>electronic</li></ul></li></ul>",
            ["• Files", "• paper", "• electronic"],
            id="nesting",
        ),
        pytest.param("<ol><li>One</li><li>Two</li></ol>", ["1. One", "2. Two"], id="numbers"),
        pytest.param("<h3>Duties</h3><p>Draft.</p>", ["Duties", "Draft."], id="heading"),
        pytest.param(
            "<p><strong>DUTIES:</strong><br>&bull; Draft<br/>- File</p>",
            ["DUTIES:", "• Draft", "- File"],
            id="line breaks",
        ),
        pytest.param("<div>a</div><div>b</div>", ["a", "b"], id="divisions"),
        pytest.param("<table><tr><td>Pay</td><td>$5</td></tr></table>", ["Pay\t\t$5"], id="table"),
        pytest.param(
            "<p>A&nbsp;B &amp; C</p><script>x()</script><style>y{}</style>", ["A B & C"], id="entities, scripts"
        ),
        pytest.param("&lt;ul&gt;&lt;li&gt;Draft&lt;/li&gt;&lt;/ul&gt;", ["• Draft"], id="escaped markup"),
        pytest.param("&amp;lt;p&amp;gt;Draft&amp;lt;/p&amp;gt;".replace("&amp;", "&"), ["Draft"], id="escaped once"),
        pytest.param("<li>Draft</li><li>File</li>", ["• Draft", "• File"], id="bare items"),
        pytest.param("<b>Duties</b>\nDraft\nFile", ["Duties", "Draft", "File"], id="inline markup in plain text"),
        pytest.param("Draft &amp; file\r\nScan\rCopy", ["Draft & file", "Scan", "Copy"], id="plain text"),
        pytest.param("Draft\\nFile", ["Draft", "File"], id="line breaks escaped twice"),
        pytest.param("Fees < 5 and > 3", ["Fees < 5 and > 3"], id="signs are no markup"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_lines(html: str, expected: list[str]) -> None:
    assert lines(html) == expected


def test_control_and_zero_width_characters_go_and_odd_spaces_become_spaces() -> None:
    assert clean_text("a\0b\u200bc\u00a0d\u2003e\ud800f") == "abc d ef"


def test_no_character_turns_the_direction_of_writing() -> None:
    """A title with one reads otherwise than it is stored."""
    assert one_line("Law \u202ekrelC\u202c \u2066x\u2069\u200f") == "Law krelC x"


def test_one_line() -> None:
    assert one_line("  Smith &amp; Sons\n LLP ") == "Smith & Sons LLP"
    assert one_line(" \u200b ") is None


@given(st.text())
def test_cleaning_is_total_and_leaves_nothing_to_clean(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode()
    assert "\0" not in cleaned
    assert cleaned == cleaned.strip()


@given(st.lists(st.text(alphabet="abcdef ghi", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=8))
def test_every_bullet_of_a_list_is_one_line(items: list[str]) -> None:
    html = "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
    assert lines(html) == [f"• {' '.join(item.split())}" for item in items]


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 300_000,
        "<ul><li>" * 100_000,
        " " * 3_000_000 + "x",
        "<" * 2_000_000,
        "&lt;p" * 400_000,
        "<p>Draft.</p>" * 400_000,
    ],
)
def test_hostile_pages_take_seconds_at_most(hostile: str) -> None:
    started = time.perf_counter()
    clean_text(hostile)
    assert time.perf_counter() - started < 10


def test_pipeline_fills_the_text_and_tidies_the_fields() -> None:
    stats = CountedStats()
    item = Posting(
        source="s", platform="p", posting_id="1", title=" Para&amp;legal ", description="<p>x</p>",
        places_raw=[RawPlace(text=" Albany,\n NY "), RawPlace(city="Troy", region="NY")], pay_raw=RawPay(low=" 5 "),
    )  # fmt: skip
    CleanTextPipeline(stats).process_item(item)
    assert (item.title, item.text, item.description) == ("Para&legal", "x", None)
    assert item.location_raw == "Albany, NY / Troy, NY"
    assert item.pay_raw == RawPay(low="5")


def test_pipeline_cuts_absurd_texts_and_counts() -> None:
    stats = CountedStats()
    item = Posting(source="s", platform="p", posting_id="1", description="word " * 1_000_000)
    CleanTextPipeline(stats).process_item(item)
    assert len(item.text or "") <= MAX_TEXT_CHARS
    assert stats.counts["clean_text/cut"] == 1
