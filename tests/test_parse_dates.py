from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.chain import CountedStats
from pipelines.parse_dates import ParseDatesPipeline, parse_day
from scraper.items import Posting

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-11-03", "2026-11-03"),
        ("2026-11-03T09:00:00-05:00", "2026-11-03"),
        ("2020-10-20 20:28:32 UTC", "2020-10-20"),
        ("2018-03-15T17:01Z", "2018-03-15"),
        ("2026-07-06T00:00:00.0000", "2026-07-06"),
        ("Posted on July 29, 2026", "2026-07-29"),
        ("Posted: 07/09/2026", "2026-07-09"),
        ("7/9/2026", "2026-07-09"),
        ("29/07/2026", "2026-07-29"),
        ("3 days ago", "2026-11-21"),
        ("Wed Aug 05 02:00:00 UTC 2026", "2026-08-05"),
        ("1970-01-01T00:00:00.000Z", None),
        ("9999-12-3125340218200000000:00", None),
        ("2035-11-06", None),
        ("2026-02-30", None),
        ("soon", None),
        ("Posted Today", "2026-11-24"),
        ("Posted Yesterday", "2026-11-23"),
        ("Just posted", "2026-11-24"),
        ("Posted 30+ Days Ago", None),
        ("", None),
    ],
)
def test_days(value: str, day: str | None) -> None:
    assert parse_day(value, TODAY) == day


@given(st.dates(date(2000, 1, 1), date(2026, 11, 24)))
def test_every_iso_day_is_read_back(day: date) -> None:
    assert parse_day(day.isoformat(), TODAY) == day.isoformat()


@given(st.text(max_size=80))
def test_no_text_raises(value: str) -> None:
    parse_day(value, TODAY)


def dated(**fields: str) -> tuple[Posting, CountedStats]:
    stats = CountedStats()
    return ParseDatesPipeline(stats, date.today).process_item(
        Posting(source="s", platform="p", posting_id="1", **fields)
    ), stats  # type: ignore[arg-type]


def test_a_publication_date_in_the_future_is_refused_and_counted() -> None:
    item, stats = dated(posted_on_raw=(date.today() + timedelta(days=9)).isoformat())
    assert (item.posted_on, stats.counts["parse_dates/refused"]) == (None, 1)


def test_a_closing_date_before_publication_is_refused() -> None:
    item, stats = dated(posted_on_raw="2026-05-02", valid_through_raw="2026-05-01")
    assert (item.posted_on, item.valid_through, stats.counts["parse_dates/refused"]) == ("2026-05-02", None, 1)


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"posted_on_raw": "1970-01-01"}, "posted_on '1970-01-01': before 2000"),
        ({"valid_through_raw": "9999-12-31"}, "valid_through '9999-12-31': more than 5 years ahead"),
        ({"posted_on_raw": "whenever"}, "posted_on 'whenever': no date"),
        (
            {"posted_on_raw": "2024-11-24", "valid_through_raw": "2027-11-24"},
            "both dates: fixed distances from the day of the crawl",
        ),
        ({"posted_on_raw": "2026-12-24"}, "posted_on 2026-12-24: in the future"),
        (
            {"posted_on_raw": "2026-05-02", "valid_through_raw": "2026-05-01"},
            "valid_through 2026-05-01: before posted_on",
        ),
        ({"posted_on_raw": "2026-11-02"}, None),
        ({}, None),
    ],
)
def test_what_is_refused_is_said(fields: dict[str, str], note: str | None) -> None:
    item, _ = dated(fetched_on="2026-11-24", **fields)
    assert item.dates_note == note


def test_a_page_from_an_archive_counts_from_the_day_of_its_fetch() -> None:
    item, _ = dated(fetched_on="2021-03-10", posted_on_raw="3 days ago", valid_through_raw="2021-04-01")
    assert (item.posted_on, item.valid_through) == ("2021-03-07", "2021-04-01")
