"""KeepOpenPipeline and KeepLegalPipeline: what is rejected, and under which reason it is counted."""

from contextlib import nullcontext
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.settings import Settings

from pipelines.chain import OutsideCrawl
from pipelines.keep_legal import KeepLegalPipeline
from pipelines.keep_open import KeepOpenPipeline
from pipelines.parse_dates import ParseDatesPipeline
from pipelines.rejected import Rejected
from scraper.items import Posting
from taggers.legal_work import legal_work

DAY = date(2026, 1, 31)

LEGAL_TEXT = """Answer calls for attorneys, file pleadings with the court and keep the docket;
prepare exhibits for trial and deposition."""


def item(**fields: str) -> Posting:
    return Posting(source="s", platform="p", posting_id="1", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("title", "text", "legal"),
    [
        ("Paralegal", "", True),
        ("Sr. Para-legal II", "", True),
        ("Staff Attorney", "", True),
        ("Compliance Officer", "", True),
        ("Docketing Specialist", "", True),
        ("Office Coordinator", LEGAL_TEXT, True),
        ("Case Manager", "Coordinate discharge plans and home visits for patients.", False),
        (
            "Case Manager",
            "Call clients of the law firm about their cases, prepare exhibits for attorneys, follow settlements.",
            True,
        ),
        ("Law Enforcement Officer", LEGAL_TEXT, False),
        ("Software Engineer, Legal Tech", "", False),
        ("Legal Entity Accountant", "", False),
        ("Barista", "Make coffee.", False),
        ("", "", False),
    ],
)
def test_legal_work(title: str, text: str, legal: bool) -> None:
    assert legal_work().judge(title, text).is_legal is legal


@given(st.text(), st.text())
def test_the_filter_is_total_and_gives_a_reason(title: str, text: str) -> None:
    assert legal_work().judge(title, text).reason


def test_a_rejected_ad_carries_its_reason() -> None:
    with pytest.raises(Rejected, match="title of another occupation"):
        KeepLegalPipeline(legal_work()).process_item(item(title="Bus Driver", text="Drive."))


def test_legal_work_passes() -> None:
    assert KeepLegalPipeline(legal_work()).process_item(item(title="Paralegal")).title == "Paralegal"


def test_a_closed_ad_is_rejected() -> None:
    with pytest.raises(Rejected, match="closed before the crawl"):
        KeepOpenPipeline(lambda: DAY).process_item(item(title="Paralegal", valid_through="2026-01-30"))


def test_an_ad_that_says_nothing_is_rejected() -> None:
    with pytest.raises(Rejected, match="neither title nor text"):
        KeepOpenPipeline(lambda: DAY).process_item(item())


def test_an_open_ad_passes() -> None:
    KeepOpenPipeline(lambda: DAY).process_item(item(title="Paralegal", valid_through="2026-01-31"))


@pytest.mark.parametrize(("now", "is_open"), [("2020-06-30T23:59:00+00:00", True), ("2020-07-01T00:00:00Z", False)])
def test_the_instant_that_counts_as_now_says_what_is_over_and_what_yesterday_means(now: str, is_open: bool) -> None:
    host = OutsideCrawl(Settings({"ROLECALL_NOW": now}))
    ad = item(title="Paralegal", posted_on_raw="yesterday", valid_through_raw="2020-06-30")
    read = ParseDatesPipeline.from_crawler(host).process_item(ad)
    assert (read.posted_on, read.dates_note) == ("2020-06-29" if is_open else "2020-06-30", None)
    with nullcontext() if is_open else pytest.raises(Rejected, match="closed before the crawl"):
        KeepOpenPipeline.from_crawler(host).process_item(read)
