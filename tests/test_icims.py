from datetime import UTC, datetime

import pytest

from scraper.items import RawPlace
from scraper.spiders.icims import IcimsSpider, is_made_up

NOW = datetime(2026, 11, 24, 18, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("posted", "valid_through", "made_up"),
    [
        ("2024-11-24T18:41:07.512Z", "2027-11-24T18:41:07.512Z", True),
        ("2024-11-24", "2027-11-24", True),
        ("2024-11-22T00:00:00+00:00", "2027-11-22T00:00:00+00:00", True),
        ("2023-02-10T09:15:00Z", "2026-02-10T09:15:00Z", True),  # a page saved a while ago
        ("2023-02-10", "2026-02-10", False),  # three years, but of no request
        ("2023-02-10T00:00:00Z", "2026-02-10T00:00:00Z", False),
        ("2026-11-20T14:02:00.000Z", "2027-01-31T05:00:00.000Z", False),
        ("2024-11-24T18:41:07Z", None, False),
        (None, "2027-11-24T18:41:07Z", False),
        ("yesterday", "2027-11-24T18:41:07Z", False),
    ],
)
def test_dates_made_up_from_the_request(posted: str | None, valid_through: str | None, made_up: bool) -> None:
    assert is_made_up(posted, valid_through, NOW) is made_up


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("US-NY-New York", RawPlace(city="New York", region="NY", country="US")),
        ("US-NC-Winston-Salem", RawPlace(city="Winston-Salem", region="NC", country="US")),
        ("US-IL-Chicago - Harbor Point", RawPlace(city="Chicago", region="IL", country="US")),
        ("IE-Cork-Cork", RawPlace(city="Cork", region="Cork", country="IE")),
        ("UK-London", RawPlace(city="London", country="UK")),
        ("CA-QC-", RawPlace(region="QC", country="CA")),
        ("US-", RawPlace(country="US")),
        ("US-CA", RawPlace(region="CA", country="US")),
        ("US-Remote", RawPlace(text="Remote, US")),
        ("US-TX-Remote", RawPlace(text="Remote, TX, US")),
        ("San Jose, CA", RawPlace(text="San Jose, CA")),
        ("Remote", RawPlace(text="Remote")),
    ],
)
def test_places_as_portals_type_them(typed: str, place: RawPlace) -> None:
    record = {"ref": "1", "host": "", "path": "/jobs/1/x/job", "title": "x", "labelled": {"location": typed}}
    assert IcimsSpider(board="acme").read_listed(record).places_raw == [place]


@pytest.mark.parametrize(
    ("address", "first"),
    [
        ("https://careers-acme.icims.com/jobs/search?pr=2", "https://careers-acme.icims.com"),
        ("https://jobs-acme.icims.com/jobs/7/clerk/job", "https://jobs-acme.icims.com"),
        ("https://acme.icims.com", "https://acme.icims.com"),
    ],
)
def test_the_portal_of_an_address_is_asked(address: str, first: str) -> None:
    assert IcimsSpider(url=address).first_request().url == f"{first}/jobs/search?ss=1&in_iframe=1"


def test_the_vendor_itself_is_no_portal() -> None:
    assert IcimsSpider.recognise("https://www.icims.com/products") is None
