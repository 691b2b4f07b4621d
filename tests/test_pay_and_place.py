"""Every row of the tables in docs/pay_and_place.md."""

import re
from datetime import date
from itertools import takewhile

import pytest
from conftest import PROJECT

from pipelines.parse_dates import read_day
from pipelines.parse_pay import ParsePayPipeline
from pipelines.pay import Pay, candidates_in_text, candidates_of_field, candidates_of_string, taken
from pipelines.places import read_places
from pipelines.remote import remote_kind
from scraper.items import Posting, RawPay, RawPlace

DOCUMENT = (PROJECT / "docs" / "pay_and_place.md").read_text(encoding="utf-8")
Row = list[str]


def rows(name: str) -> list[Row]:
    """The cells of the table under the mark, without its head."""
    lines = takewhile(str.strip, DOCUMENT.split(f"<!-- {name} -->\n")[1].splitlines())
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines][2:]


def each(name: str) -> pytest.MarkDecorator:
    found = rows(name)
    assert len(found) >= 5
    return pytest.mark.parametrize("row", found, ids=[" ".join(row)[:60] for row in found])


def shown(pay: Pay | None) -> Row:
    assert pay is not None
    figures = ["" if amount is None else f"{amount:.10g}" for amount in (pay.low, pay.high)]
    return [*figures, f"{pay.period} (inferred)" if pay.period_inferred else pay.period or "", pay.currency or ""]


@each("typed")
def test_a_typed_salary(row: Row) -> None:
    assert shown(taken(candidates_of_string(row[0], "US"))) == row[1:]


@each("refused")
def test_a_typed_salary_that_is_none(row: Row) -> None:
    item = ParsePayPipeline().process_item(
        Posting(source="s", platform="p", posting_id="1", salary_raw=row[0], country="US")
    )
    assert (item.salary_min, item.salary_max, item.salary_note) == (None, None, row[1])


@each("field")
def test_a_structured_field(row: Row) -> None:
    low, high, currency, period, text = (cell or None for cell in row[:5])
    raw = RawPay(low=low, high=high, currency=currency, period=period, text=text)
    assert shown(taken(candidates_of_field(raw, "US"))) == row[5:]


@each("text")
def test_pay_in_running_text(row: Row) -> None:
    text = row[0].replace("⏎", "\n")
    pay = taken(candidates_in_text(text, "US"))
    assert shown(pay) == row[1:]
    assert pay is not None
    assert text[pay.start :].startswith(pay.text)


@each("not pay")
def test_a_sum_that_is_no_pay(row: Row) -> None:
    candidates = candidates_in_text(row[0], "US")
    assert (candidates[0].verdict if candidates else "no sum of money") == row[1]
    assert taken(candidates) is None


@each("places")
def test_a_place(row: Row) -> None:
    places = read_places([RawPlace(text=row[0])])
    found = "; ".join(", ".join(part or "-" for part in (each.city, each.region, each.country)) for each in places)
    assert [found, remote_kind(row[0]) or ""] == row[1:]


@each("dates")
def test_a_date(row: Row) -> None:
    day, problem = read_day(row[0], date(2026, 11, 24))
    assert [day or "", problem or ""] == row[1:]
