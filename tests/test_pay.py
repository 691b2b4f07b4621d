import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.parse_pay import ParsePayPipeline
from pipelines.pay import Pay, annual, candidates_in_text, candidates_of_field, candidates_of_string, taken
from scraper.items import Posting, RawPay


def pay_of_string(typed: str, country: str | None = None) -> Pay | None:
    return taken(candidates_of_string(typed, country))


def pay_in_text(text: str, country: str | None = None) -> Pay | None:
    return taken(candidates_in_text(text, country))


def figures(pay: Pay | None) -> tuple[float | None, float | None, str | None, str | None] | None:
    return pay and (pay.low, pay.high, pay.currency, pay.period)


@pytest.mark.parametrize(("country", "currency"), [("US", "USD"), ("CA", "CAD"), ("AU", "AUD"), (None, "USD")])
def test_a_plain_dollar_is_the_countrys(country: str | None, currency: str) -> None:
    pay = pay_of_string("$60,000", country)
    assert pay is not None
    assert pay.currency == currency


@pytest.mark.parametrize(("country", "currency"), [("GB", "GBP"), (None, None)])
def test_a_figure_without_sign_takes_the_countrys_currency_or_none(country: str | None, currency: str | None) -> None:
    pay = pay_of_string("27000 to 29000 per year", country)
    assert pay is not None
    assert pay.currency == currency


def test_the_quoted_words_are_the_ads() -> None:
    text = "About us. Salary range: $62,000 - $70,000 per year. Apply."
    pay = pay_in_text(text)
    assert pay is not None
    assert pay.text == "$62,000 - $70,000 per year"
    assert text[pay.start :].startswith(pay.text)


@pytest.mark.parametrize(
    ("amount", "period", "year"),
    [(20, "hour", 41600), (2000, "two weeks", 52000), (4000, "month", 48000), (None, "year", None), (5, None, None)],
)
def test_one_annualisation_rule(amount: float | None, period: str | None, year: float | None) -> None:
    assert annual(amount, period) == year


@given(st.text())
def test_no_text_raises_and_figures_are_believable(text: str) -> None:
    for pay in (
        pay_in_text(text),
        pay_of_string(text),
        taken(candidates_of_field(RawPay(low=text, high=text, currency=text, period=text, text=text))),
    ):
        if pay:
            assert pay.low or pay.high
            assert not (pay.low and pay.high) or pay.low <= pay.high


@given(st.integers(15_000, 400_000), st.integers(0, 50_000), st.sampled_from(["-", " - ", "–", " to ", " — "]))
def test_every_plain_yearly_range_is_read_back(low: int, width: int, joint: str) -> None:
    assert figures(pay_of_string(f"${low:,}{joint}${low + width:,}")) == (low, low + width, "USD", "year")


@pytest.mark.parametrize(
    "hostile",
    [
        "$" * 1_000_000,
        "1," * 500_000,
        "$1" * 500_000,
        "9" * 1_000_000,
        "between $1 and " * 60_000,
        " " * 1_000_000,
        "$ 1 - " * 200_000,
        "salary 1 " * 100_000,
        "$1 , " * 200_000,
        "$1 mid " * 140_000,
        "$1 per hour. Grade II: " * 45_000,
        "$1, A" * 200_000,
        "1 234 " * 160_000,
        "USD " * 250_000,
        "rate " * 200_000,
    ],
)
def test_a_hostile_megabyte_takes_no_second(hostile: str) -> None:
    started = time.perf_counter()
    pay_in_text(hostile)
    pay_of_string(hostile)
    assert time.perf_counter() - started < 1  # at most 0.4 s measured


def posting(**fields: object) -> Posting:
    return ParsePayPipeline().process_item(Posting(source="s", platform="p", posting_id="1", **fields))  # type: ignore[arg-type]


def test_pipeline_prefers_the_boards_field_and_keeps_the_stated_period() -> None:
    item = posting(
        pay_raw=RawPay(low="25", high="30", currency="USD", period="HOUR"), text="Salary $90,000 a year", country="US"
    )
    assert (item.salary_min, item.salary_max, item.salary_period, item.salary_source) == (25, 30, "hour", "structured")
    assert (item.salary_year_min, item.salary_year_max) == (52000, 62400)


def test_pipeline_keeps_fortnightly_pay_as_stated_and_annualises_it() -> None:
    item = posting(text="Pay rate: $2,000 bi-weekly")
    assert (item.salary_min, item.salary_period, item.salary_year_min) == (2000, None, 52000)


def test_pipeline_says_when_a_salary_field_gave_nothing() -> None:
    item = posting(salary_raw="Negotiable")
    assert item.salary_min is None
    assert item.salary_note == "the salary field gives no pay: no figure that can be read"


def test_an_inferred_period_is_marked() -> None:
    assert posting(salary_raw="$62,000").salary_period_inferred is True
    assert posting(salary_raw="$62,000 a year").salary_period_inferred is False


@pytest.mark.parametrize(
    ("text", "low", "high", "period"),
    [
        ("The base range is $85K–$110K in Duluth and $78K–$98K in Fargo.", 78_000, 110_000, "year"),
        ("Clerk I: $27.40–$33.10 per hour. Clerk II: $31.20–$38.75 per hour.", 27.4, 38.75, "hour"),
        ("In Duluth we pay $74,000–$86,000 and in Fargo $88,000-$104,000.", 74_000, 104_000, "year"),
        ("What you get: 45-55k, a headset, health insurance", 45_000, 55_000, "year"),
        ("Starting at $130,000, more for experience. We pay $600 a year toward a desk.", 130_000, None, "year"),
        ("Our scale starts at $67,200.\nWe repay up to $6,000 of law school loans a year.", 67_200, None, "year"),
    ],
)
def test_several_ranges_and_sums_that_are_no_pay(text: str, low: float, high: float | None, period: str) -> None:
    pay = pay_in_text(text)
    assert pay is not None
    assert (pay.low, pay.high, pay.period) == (low, high, period)


def test_every_sum_is_kept_with_its_verdict_and_one_is_taken() -> None:
    item = posting(
        salary_raw="Competitive",
        text="A $5,000 signing bonus. Pay: $28.50 an hour.\nWe recovered $450,000 in damages.\nOr $60,000 a year.",
        country="US",
    )
    kept = [(each.words, each.source, each.verdict) for each in item.pay_candidates]
    assert kept == [
        ("$5,000", "text", "said of bonus"),
        ("$28.50 an hour", "text", "taken"),
        ("$450,000", "text", "said of in damages"),
        ("$60,000 a year", "text", "another sum is more clearly the pay"),
    ]
    assert (item.salary_text, item.salary_note) == (
        "$28.50 an hour",
        "the salary field gives no pay: no figure that can be read",
    )


def test_two_currencies_are_never_one_range() -> None:
    pay = pay_of_string("$70,000 / £50,000", "US")
    assert figures(pay) == (70_000, 70_000, "USD", "year")
