import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.read_employment import ReadEmploymentPipeline
from scraper.items import Posting


def read(**fields: str) -> Posting:
    return ReadEmploymentPipeline().process_item(Posting(source="s", platform="p", posting_id="1", **fields))


@pytest.mark.parametrize(
    ("field", "part_time", "contract"),
    [
        ("FULL_TIME", False, None),
        ("PART_TIME", True, None),
        ("Part time", True, None),
        ("PART_TIME, TEMPORARY", True, True),
        ("FULL_TIME, PART_TIME", None, None),
        ("CONTRACTOR", None, True),
        ("Fixed-term", None, True),
        ("Permanent, full-time", False, False),
        ("PER_DIEM", None, True),
        ("INTERN", None, True),
        ("Employee", None, None),
    ],
)
def test_the_boards_field(field: str, part_time: bool | None, contract: bool | None) -> None:
    item = read(employment_type_raw=field)
    assert (item.is_part_time, item.is_contract) == (part_time, contract)


@pytest.mark.parametrize(
    ("title", "text", "part_time", "contract"),
    [
        ("Paralegal (Part-Time)", "", True, None),
        ("Temporary Legal Secretary", "", None, True),
        ("Contract Paralegal", "", None, None),  # may draft contracts
        ("Contracts Administrator", "Negotiate contracts with vendors.", None, None),
        ("Paralegal", "This is a part-time position, 20 hours a week.", True, None),
        ("Paralegal", "Full-time or part-time considered.", None, None),
        ("Paralegal", "This is a 6-month contract.", None, True),
        ("Paralegal", "A temporary position through May.", None, True),
        ("Paralegal", "Benefits for part-time employees too.", None, None),
        ("Paralegal", "This is a regular, full-time position.", False, False),
        ("Paralegal", "Review the contract. Temporary restraining orders.", None, None),
        ("Legal Intern", "", None, True),
    ],
)
def test_title_and_text(title: str, text: str, part_time: bool | None, contract: bool | None) -> None:
    item = read(title=title, text=text)
    assert (item.is_part_time, item.is_contract) == (part_time, contract)


def test_the_field_decides_and_its_words_are_kept() -> None:
    item = read(employment_type_raw="FULL_TIME", text="We also hire part-time.")
    assert (item.is_part_time, item.employment_evidence) == (False, "FULL_TIME")


@given(st.text(), st.text())
def test_no_words_raise(field: str, text: str) -> None:
    read(employment_type_raw=field, text=text)


def test_a_hostile_megabyte_takes_no_second() -> None:
    started = time.perf_counter()
    read(text="part time six months fixed " * 40_000, title="contract " * 100_000)
    assert time.perf_counter() - started < 1
