import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.locate import LocatePipeline
from pipelines.places import read_line, read_places
from pipelines.remote import remote_kind, remote_kind_in_text
from scraper.items import Posting, RawPlace

Triple = tuple[str | None, str | None, str | None]


def places(text: str, country: str | None = None) -> list[Triple]:
    return [(place.city, place.region, place.country) for place in read_places([RawPlace(text=text, country=country)])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Albany, NY", [("Albany", "NY", "US")]),
        ("Albany, New York", [("Albany", "NY", "US")]),
        ("New York, New York", [("New York", "NY", "US")]),
        ("New York, NY, US", [("New York", "NY", "US")]),
        ("US, NJ, Jersey City", [("Jersey City", "NJ", "US")]),
        ("New York City", [("New York", "NY", "US")]),
        ("Brooklyn, NY", [("Brooklyn", "NY", "US")]),
        ("San José, CA", [("San Jose", "CA", "US")]),
        ("ST. LOUIS, MO", [("St. Louis", "MO", "US")]),
        ("Washington, D.C.", [("Washington", "DC", "US")]),
        ("Washington", [(None, "WA", "US")]),
        ("Georgia", [(None, "GA", "US")]),
        ("Ohio, Pennsylvania", [(None, "OH", "US"), (None, "PA", "US")]),
        ("South Jordan, UT", [("South Jordan", "UT", "US")]),
        ("12 Elm St, Kingston, Ny", [("Kingston", "NY", "US")]),
        ("22 Elm St Ny Ny", [("New York", "NY", "US")]),
        ("80 Elm St., N.Y.", [("New York", "NY", "US")]),
        ("Albany, NY 12207", [("Albany", "NY", "US")]),
        ("Portland, Oregon Metropolitan Area", [("Portland", "OR", "US")]),
        ("Austin | Chicago | Boston", [("Austin", "TX", "US"), ("Chicago", "IL", "US"), ("Boston", "MA", "US")]),
        ("Albany, NY / Troy, NY", [("Albany", "NY", "US"), ("Troy", "NY", "US")]),
        ("Remote (NY, NJ or CT)", [(None, "NY", "US"), (None, "NJ", "US"), (None, "CT", "US")]),
        ("Remote (US; CA)", [(None, None, "US"), (None, None, "CA")]),
        ("Hybrid - Chicago, IL (3 days in office)", [("Chicago", "IL", "US")]),
        ("US-Remote", [(None, None, "US")]),
        ("Remote, Italy", [(None, None, "IT")]),
        ("London, England, United Kingdom", [("London", None, "GB")]),
        ("Leeds, West Yorkshire", [("Leeds", "West Yorkshire", "GB")]),
        ("Stockport, Greater Manchester", [("Stockport", "Greater Manchester", "GB")]),
        ("Berlin, BE, DE", [("Berlin", "BE", "DE")]),
        ("Toronto, ON, Canada", [("Toronto", "ON", "CA")]),
        ("Vancouver, British Columbia", [("Vancouver", "BC", "CA")]),
        ("Sydney, Australia", [("Sydney", None, "AU")]),
        ("United States", [(None, None, "US")]),
        ("US, , ", [(None, None, "US")]),
        ("US, WI, Western Wisconsin", [(None, "WI", "US")]),
        ("Main Building", []),
        ("2 Locations", []),
        ("Anywhere", []),
        ("-", []),
        ("", []),
    ],
)
def test_places(text: str, expected: list[Triple]) -> None:
    found = places(text)
    assert [
        (city, region if country in ("US", "CA") or region in {e[1] for e in expected} else None, country)
        for city, region, country in found
    ] == expected


def test_the_boards_country_decides_what_a_region_means() -> None:
    assert places("Cambridge", "GB") == [("Cambridge", None, "GB")]
    assert places("Cambridge, MA", "US") == [("Cambridge", "MA", "US")]


def test_the_same_place_twice_is_one() -> None:
    assert (
        len(read_places([RawPlace(text="Albany, NY"), RawPlace(city="Albany", region="New York", country="US")])) == 1
    )


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Remote, Ohio", "remote"),
        ("TELECOMMUTE", "remote"),
        ("Hybrid – Chicago", "hybrid"),
        ("on-site", "onsite"),
        ("Albany, NY", None),
        ("unspecified", None),
    ],
)
def test_remote_fields(words: str, kind: str | None) -> None:
    assert remote_kind(words) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("This is a fully remote position.", "remote"),
        ("We offer a hybrid schedule, three days a week in the office.", "hybrid"),
        ("The role is in person.", "onsite"),
        ("Manage remote servers and remote hearings.", None),
        ("Hybrid vehicles for the fleet.", None),
    ],
)
def test_remote_in_running_text(text: str, kind: str | None) -> None:
    assert remote_kind_in_text(text) == kind


def located(**fields: object) -> Posting:
    return LocatePipeline().process_item(Posting(source="s", platform="p", posting_id="1", **fields))  # type: ignore[arg-type]


def test_fields_beat_text() -> None:
    item = located(
        places_raw=[RawPlace(text="Troy, NY")], text="Location: Albany, NY. Fully remote.", remote_raw="hybrid"
    )
    assert (item.city, item.region, item.country, item.remote) == ("Troy", "NY", "US", "hybrid")


def test_the_text_is_read_when_no_field_gives_a_place() -> None:
    item = located(text="Work Location: 12 Elm Street, Albany, NY\nSalary: $1")
    assert (item.city, item.region) == ("Albany", "NY")


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (RawPlace(city="Metzingen", country="DE"), ("Metzingen", None, "DE")),
        (RawPlace(city="Toronto", region="Ontario", country="CA"), ("Toronto", "ON", "CA")),
        (RawPlace(city="San Jose", region="CA", country="US"), ("San Jose", "CA", "US")),
        (RawPlace(city="Indianapolis, IN", country="USA"), ("Indianapolis", "IN", "US")),
        (RawPlace(city="Portland", region="OR", country="us"), ("Portland", "OR", "US")),
        (RawPlace(city="Sacramento, CA", region="-"), ("Sacramento", "CA", "US")),
        (RawPlace(country="DE"), (None, None, "DE")),
    ],
)
def test_parts_of_an_address(raw: RawPlace, place: tuple[str | None, ...]) -> None:
    (found,) = read_places([raw])
    assert (found.city, found.region, found.country) == place


def test_a_field_that_names_no_place_stays_unknown() -> None:
    item = located(places_raw=[RawPlace(text="2 Locations")], text="Location: Albany, NY")
    assert (item.city, item.places) == (None, [])


@given(st.text())
def test_no_text_raises(text: str) -> None:
    places(text)
    remote_kind(text)
    located(text=text, title=text)


@pytest.mark.parametrize(
    "hostile", ["Albany, " * 100_000, "(" * 500_000, " - " * 300_000, "a " * 500_000, "Location: " * 100_000]
)
def test_a_hostile_megabyte_takes_no_second(hostile: str) -> None:
    started = time.perf_counter()
    located(places_raw=[RawPlace(text=hostile)], text=hostile)
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize("line", ["Remote - US (Central or Mountain time)", "Remote, US (Eastern Time Zone)"])
def test_a_time_zone_is_no_place(line: str) -> None:
    assert [(city, region, country) for city, region, country, _ in read_line(line)] == [(None, None, "US")]
