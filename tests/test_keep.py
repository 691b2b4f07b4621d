"""KeepOpenPipeline and KeepLegalPipeline: what is rejected, and under which reason it is counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.host import Rejected
from pipelines.keep_legal import KeepLegalPipeline
from pipelines.keep_open import KeepOpenPipeline
from scraper.items import Posting
from taggers.legal_work import legal_work

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
        KeepOpenPipeline().process_item(item(title="Paralegal", valid_through="2020-01-31"))


def test_an_ad_that_says_nothing_is_rejected() -> None:
    with pytest.raises(Rejected, match="neither title nor text"):
        KeepOpenPipeline().process_item(item())


def test_an_open_ad_passes() -> None:
    KeepOpenPipeline().process_item(item(title="Paralegal", valid_through="2999-01-31"))
