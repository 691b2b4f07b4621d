import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.parse_pay import ParsePayPipeline
from pipelines.pay import Pay, annual, pay_in_text, pay_of_field, pay_of_string
from scraper.items import Posting, RawPay


def figures(pay: Pay | None) -> tuple[float | None, float | None, str | None, str | None] | None:
    return pay and (pay.low, pay.high, pay.currency, pay.period)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("$62,000 - $74,500", (62000, 74500, "USD", "year")),
        ("$85K–$110K", (85000, 110000, "USD", "year")),
        ("45-55k", (45000, 55000, "USD", "year")),
        ("$31.50/hr", (31.5, 31.5, "USD", "hour")),
        ("$24 to $29 an hour", (24, 29, "USD", "hour")),
        ("$ 71,100.50/ year -  $ 90,200.75/ year", (71100.5, 90200.75, "USD", "year")),
        ("$91,900 - $102, 770", (91900, 102770, "USD", "year")),
        ("between $58,000 and $66,000 annually", (58000, 66000, "USD", "year")),
        ("up to £34,000", (None, 34000, "GBP", "year")),
        ("£27,500 per annum", (27500, 27500, "GBP", "year")),
        ("from $4,150 a month", (4150, None, "USD", "month")),
        ("$4,200 - $4,750/month", (4200, 4750, "USD", "month")),
        ("starting at $70,000", (70000, None, "USD", "year")),
        ("$32+/hour", (32, None, "USD", "hour")),
        ("$2,115.20 bi-weekly", (2115.2, 2115.2, "USD", "two weeks")),
        ("US$48.000 and US$65.000 per year", (48000, 65000, "USD", "year")),
        ("C$60,000 - C$70,000", (60000, 70000, "CAD", "year")),
        ("€55,000", (55000, 55000, "EUR", "year")),
        ("70,000 USD", (70000, 70000, "USD", "year")),
        ("$55,000 to $60,000; $61,000 to $68,000 and $70,000 to $75,000", (55000, 75000, "USD", "year")),
        ("$17 per hour, 15-20 hours per week", (17, 17, "USD", "hour")),
        ("95000.0 - 98000.0 Annual", (95000, 98000, "USD", "year")),
    ],
)
def test_typed_salaries(typed: str, expected: tuple[object, ...]) -> None:
    assert figures(pay_of_string(typed, "US")) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "Negotiable",
        "Competitive",
        "DOE",
        "https://firm.example/pay?min=50000",
        "$0",
        "$1",
        "$10,000,000,000",
        "",
        "£",
        "90,000 - 60,000",
        "٥٠٠٠٠",
    ],
)
def test_what_is_no_pay_is_unknown(typed: str) -> None:
    assert pay_of_string(typed, "US") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We match 401(k) savings. Salary: $70,000.", (70000, 70000, "USD", "year")),
        ("The salary range is $56,600.00 - 65,100.00 and more.", (56600, 65100, "USD", "year")),
        ("A $5,000 signing bonus. You will earn $28.50 an hour.", (28.5, 28.5, "USD", "hour")),
        ("ANNUAL SALARY\n\n$61,500 to $89,900\n\nNOTES", (61500, 89900, "USD", "year")),
        ("Salary: 82.20 Hourly (35 hours/Week)", (82.2, 82.2, "USD", "hour")),
        ("Pay: up to £34,000 plus bonus", (None, 34000, "GBP", "year")),
        ("Compensation: $60,000–$72,000 (DOE)", (60000, 72000, "USD", "year")),
        ("$95,000 - $115,000 per year", (95000, 115000, "USD", "year")),
    ],
)
def test_pay_in_running_text(text: str, expected: tuple[object, ...]) -> None:
    assert figures(pay_in_text(text, "US")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "We won a $2.3 million settlement.",
        "Recovered $450,000 in damages for one family.",
        "An operating budget of $3,300,000 and 10,600 employees.",
        "A $1,200 bar-dues stipend and a $5,000 signing bonus.",
        "Firm with £18m turnover.",
        "Tuition reimbursement up to $5,250.",
        "Call 518-555-0142. Job 2024-118. Section 6-109 of the code.",
        "Salary commensurate with experience; 14,500+ employees.",
        "Projects with a cost of at least $300,000.",
        "",
    ],
)
def test_other_sums_are_not_pay(text: str) -> None:
    assert pay_in_text(text, "US") is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (RawPay(low="21.50", high="26.10", currency="USD", period="HOUR"), (21.5, 26.1, "USD", "hour")),
        (RawPay(low="55000", high="55000", currency="USD", period="ANN"), (55000, 55000, "USD", "year")),
        (RawPay(low="61000", high="72000", currency="USD", period="per-year-salary"), (61000, 72000, "USD", "year")),
        (
            RawPay(low="90000.00", high="110000.00", currency="USD", text="Annual salary"),
            (90000, 110000, "USD", "year"),
        ),
        (RawPay(low="$100,000", high="$100,000"), (100000, 100000, "USD", "year")),
        (RawPay(low="0", high="0", currency="USD", period="YEAR"), None),
        (RawPay(low="90000", high="60000", currency="USD", period="YEAR"), None),
        (RawPay(high="60000", currency="USD", period="YEARLY"), (None, 60000, "USD", "year")),
        (RawPay(text="none"), None),
    ],
)
def test_structured_fields(raw: RawPay, expected: tuple[object, ...] | None) -> None:
    assert figures(pay_of_field(raw, "US")) == expected


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
        pay_of_field(RawPay(low=text, high=text, currency=text, period=text, text=text)),
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
    ],
)
def test_a_hostile_megabyte_takes_no_second(hostile: str) -> None:
    started = time.perf_counter()
    pay_in_text(hostile)
    assert time.perf_counter() - started < 3  # 0.02 to 0.5 s measured; room for a busy machine


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
    assert item.salary_note == "the salary field holds no believable pay"


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
