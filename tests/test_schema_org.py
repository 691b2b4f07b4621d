from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.items import RawPay, RawPlace
from scraper.schema_org import identifier_of, posting_fields


def fields(**job: Any) -> dict[str, Any]:
    return posting_fields({"@type": "JobPosting", **job})


@pytest.mark.parametrize(
    ("organisation", "name"),
    [
        ({"@type": "Organization", "name": " Firm "}, "Firm"),
        ("Firm", "Firm"),
        ([{"name": ["Firm", "Other"]}], "Firm"),
        ({"@type": "Organization"}, None),
        (None, None),
    ],
)
def test_company(organisation: object, name: str | None) -> None:
    assert fields(hiringOrganization=organisation)["company"] == name


@pytest.mark.parametrize(
    ("location", "places"),
    [
        (
            {"address": {"addressLocality": "Albany", "addressRegion": "NY", "addressCountry": "US"}},
            [RawPlace(city="Albany", region="NY", country="US")],
        ),
        ({"address": {"addressCountry": {"@type": "Country", "name": ["USA"]}}}, [RawPlace(country="USA")]),
        (
            [{"address": "12 Main Street, Albany"}, "Troy, NY"],
            [RawPlace(text="12 Main Street, Albany"), RawPlace(text="Troy, NY")],
        ),
        ({"addressLocality": "Albany"}, [RawPlace(city="Albany")]),
        ({"address": {"addressLocality": None}}, []),
        (None, []),
    ],
)
def test_places(location: object, places: list[RawPlace]) -> None:
    assert fields(jobLocation=location)["places_raw"] == places


def test_a_remote_job_without_place_takes_where_applicants_may_live() -> None:
    found = fields(
        jobLocationType="TELECOMMUTE", applicantLocationRequirements=[{"@type": "State", "name": "New York"}]
    )
    assert (found["remote_raw"], found["places_raw"]) == ("TELECOMMUTE", [RawPlace(text="New York")])


@pytest.mark.parametrize(
    ("salary", "pay"),
    [
        (
            {"currency": "USD", "value": {"minValue": 50000, "maxValue": 60000, "unitText": "YEAR"}},
            RawPay(low="50000", high="60000", currency="USD", period="YEAR"),
        ),
        (
            {"currency": "USD", "value": "55000", "unitCode": "ANN"},
            RawPay(low="55000", high="55000", currency="USD", period="ANN"),
        ),
        (
            {"currency": "GBP", "minValue": 20, "maxValue": 25, "unitText": "HOUR"},
            RawPay(low="20", high="25", currency="GBP", period="HOUR"),
        ),
        ("$100,000", RawPay(low="$100,000", high="$100,000")),
        ({"currency": "USD", "value": {"unitText": "YEAR"}}, None),
        (None, None),
    ],
)
def test_pay(salary: object, pay: RawPay | None) -> None:
    assert fields(baseSalary=salary)["pay_raw"] == pay


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("FULL_TIME", "FULL_TIME"),
        (["FULL_TIME", "PER_DIEM"], "FULL_TIME, PER_DIEM"),
        ({"code": "1", "name": "Full"}, "Full"),
        (None, None),
    ],
)
def test_employment_type(kind: object, words: str | None) -> None:
    assert fields(employmentType=kind)["employment_type_raw"] == words


def test_duties_kept_beside_the_description_are_not_lost() -> None:
    found = fields(description="<p>About us</p>", responsibilities="<ul><li>Draft motions</li></ul>")
    assert "Draft motions" in found["description"]


def test_a_section_that_the_description_repeats_is_not_doubled() -> None:
    assert fields(description="We need: a diploma", qualifications="a diploma")["description"] == "We need: a diploma"


@pytest.mark.parametrize(
    ("identifier", "ref"),
    [(7, "7"), ("A-1", "A-1"), ({"value": 12}, "12"), ([{"value": "x"}], "x"), (None, None), (True, None)],
)
def test_identifier(identifier: object, ref: str | None) -> None:
    assert identifier_of({"identifier": identifier}) == ref


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["@type", "name", "value", "address", "minValue", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "title",
                "description",
                "hiringOrganization",
                "jobLocation",
                "baseSalary",
                "employmentType",
                "identifier",
                "datePosted",
            ]
        ),
        JSON,
    )
)
def test_no_json_of_any_shape_raises(job: dict[str, Any]) -> None:
    posting_fields(job)
    identifier_of(job)
