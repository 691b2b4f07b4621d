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
        ({"@type": "Organization", "name": " ", "legalName": "Firm LLP"}, "Firm LLP"),
        ({"@type": "Organization", "name": {"@value": "Firm"}}, "Firm"),
        ([{"@type": "Organization"}, {"name": "Second"}], None),
        ("https://firm.example", None),
        ({"@type": "Person", "name": "A. Notary"}, "A. Notary"),
        ({"@id": "#gone"}, None),
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
        ({"address": dict.fromkeys(("addressLocality", "addressRegion", "addressCountry"), "Anywhere")}, []),
        (
            {"address": {"addressLocality": "London", "addressRegion": "-", "addressCountry": "GB"}},
            [RawPlace(city="London", country="GB")],
        ),
        (
            {"address": {"addressLocality": "15000", "postalCode": "15000", "addressCountry": "CZ"}},
            [RawPlace(country="CZ")],
        ),
        ({"address": {"addressLocality": "12207-1010", "addressRegion": "NY"}}, [RawPlace(region="NY")]),
        ({"address": {"addressLocality": "EC3R 8AF", "postalCode": "EC3R 8AF"}}, []),
        ({"address": {"postalCode": "12207"}}, []),
        ({"address": {"addressLocality": "Sacramento, CA"}}, [RawPlace(city="Sacramento, CA")]),
        (
            {"address": {"addressLocality": "Boise", "streetAddress": "UNAVAILABLE", "addressRegion": "unavailable"}},
            [RawPlace(city="Boise")],
        ),
        ({"address": {"streetAddress": "9 Quay St, Troy, NY"}}, [RawPlace(text="9 Quay St, Troy, NY")]),
        (
            {"address": {"addressLocality": ["Albany", "Troy"], "addressRegion": "NY"}},
            [RawPlace(city="Albany", region="NY"), RawPlace(city="Troy", region="NY")],
        ),
        ({"address": {"addressRegion": ["NY", "NJ"]}}, [RawPlace(region="NY"), RawPlace(region="NJ")]),
        (
            {"address": [{"addressLocality": "Albany"}, {"addressLocality": "Troy"}]},
            [RawPlace(city="Albany"), RawPlace(city="Troy")],
        ),
        ([{"addressLocality": "Albany"}, {"addressLocality": "Albany"}], [RawPlace(city="Albany")]),
        ({"@type": "Place", "name": "Albany, NY"}, [RawPlace(text="Albany, NY")]),
        ({"@type": "Place", "name": "Firm", "address": {"addressCountry": "US"}}, [RawPlace(country="US")]),
        ({"@type": "Place", "name": "Firm"}, []),
        ("3 Locations", []),
        ("-", []),
        ([], []),
        (None, []),
    ],
)
def test_places(location: object, places: list[RawPlace]) -> None:
    assert fields(jobLocation=location, hiringOrganization="Firm")["places_raw"] == places


def test_a_remote_job_without_place_takes_where_applicants_may_live() -> None:
    found = fields(
        jobLocationType="TELECOMMUTE", applicantLocationRequirements=[{"@type": "State", "name": "New York"}]
    )
    assert (found["remote_raw"], found["places_raw"]) == ("TELECOMMUTE", [RawPlace(text="New York")])


@pytest.mark.parametrize(
    ("areas", "places"),
    [
        ({"@type": "Country", "name": "PK"}, [RawPlace(country="PK")]),
        ({"@type": "Country", "name": ["USA", "Canada"]}, [RawPlace(country="USA"), RawPlace(country="Canada")]),
        ([{"@type": "State", "name": "Ohio"}, "Iowa"], [RawPlace(text="Ohio"), RawPlace(text="Iowa")]),
        (
            {"@type": "AdministrativeArea", "name": "", "address": {"addressRegion": "WA", "addressCountry": "US"}},
            [RawPlace(region="WA", country="US")],
        ),
        ("", []),
        ("Anywhere", []),
        (None, []),
    ],
)
@pytest.mark.parametrize("location", [None, {"address": {"addressLocality": "Anywhere"}}, {"@type": "Place"}])
def test_where_applicants_may_live(location: object, areas: object, places: list[RawPlace]) -> None:
    assert fields(jobLocation=location, applicantLocationRequirements=areas)["places_raw"] == places


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ({"jobLocationType": ["TELECOMMUTE", "HYBRID"]}, "TELECOMMUTE"),
        ({"jobLocation": {"@type": "VirtualLocation"}}, "remote"),
        ({"jobLocation": {"address": {"addressLocality": "Anywhere", "addressCountry": "Anywhere"}}}, "Anywhere"),
        ({"jobLocation": "Worldwide"}, "Worldwide"),
        ({"jobLocation": {"address": {"addressLocality": "Albany"}}}, None),
        ({"jobLocation": {"@type": "Place", "name": "Firm", "address": None}}, None),
    ],
)
def test_remote(job: dict[str, Any], words: str | None) -> None:
    assert fields(**job)["remote_raw"] == words


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
        (100000, RawPay(low="100000", high="100000")),
        ("22000€ brut/an", RawPay(low="22000€ brut/an", high="22000€ brut/an")),
        (
            {"currency": "USD", "value": {"value": "25.00", "unitText": "HOUR"}},
            RawPay(low="25.00", high="25.00", currency="USD", period="HOUR"),
        ),
        (
            {"value": {"value": {"minValue": 5, "maxValue": 6, "currency": "EUR"}, "unitText": "DAY"}},
            RawPay(low="5", high="6", currency="EUR", period="DAY"),
        ),
        (
            {"currency": "USD", "value": [50000, 60000], "unitText": "YEAR"},
            RawPay(low="50000", high="60000", currency="USD", period="YEAR"),
        ),
        (
            [{"currency": "USD", "value": {"minValue": 0}}, {"currency": "USD", "value": {"minValue": 50000}}],
            RawPay(low="50000", currency="USD"),
        ),
        (
            {"@type": "PriceSpecification", "minPrice": 50, "maxPrice": 60, "priceCurrency": "USD"},
            RawPay(low="50", high="60", currency="USD"),
        ),
        (
            {"@type": "PriceSpecification", "price": "55", "priceCurrency": "USD"},
            RawPay(low="55", high="55", currency="USD"),
        ),
        ({"currency": "PSC", "value": {"value": 9}}, RawPay(low="9", high="9", currency="PSC")),
        ({"currency": "USD", "value": {"minValue": 0, "maxValue": "0.00", "unitText": "YEAR"}}, None),
        ({"currency": "USD", "value": {"minValue": 0, "maxValue": 60000}}, RawPay(high="60000", currency="USD")),
        ({"value": float("nan")}, None),
        (0, None),
        ("", None),
        (True, None),
        ([], None),
        (None, None),
    ],
)
def test_pay(salary: object, pay: RawPay | None) -> None:
    assert fields(baseSalary=salary)["pay_raw"] == pay


def test_pay_in_a_currency_of_its_own_property() -> None:
    assert fields(baseSalary=100, salaryCurrency="USD")["pay_raw"] == RawPay(low="100", high="100", currency="USD")


def test_an_estimate_is_no_pay_of_the_employer() -> None:
    estimate = {"@type": "MonetaryAmountDistribution", "currency": "USD", "median": 61000, "unitText": "YEAR"}
    assert fields(estimatedSalary=[estimate])["pay_raw"] is None


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("FULL_TIME", "FULL_TIME"),
        (["FULL_TIME", "PER_DIEM"], "FULL_TIME, PER_DIEM"),
        ({"code": "1", "name": "Full"}, "Full"),
        ({"code": "1", "name": None}, "1"),
        ("Permanent, full-time", "Permanent, full-time"),
        ([None, "", "Contract"], "Contract"),
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
    ("job", "description"),
    [
        ({"description": None, "responsibilities": "Draft motions"}, "Responsibilities:\nDraft motions"),
        ({"responsibilities": ["Draft", "File"]}, "<h3>Responsibilities</h3>\n<ul><li>Draft</li><li>File</li></ul>"),
        (
            {"description": "We are:\na firm", "skills": "<p>Typing</p>"},
            "We are:<br>\na firm\n\n<h3>Skills</h3>\n<p>Typing</p>",
        ),
        (
            {"description": "<p>Hi</p>", "jobBenefits": "Leave\nPension"},
            "<p>Hi</p>\n\n<h3>Benefits</h3>\nLeave<br>\nPension",
        ),
        (
            {"description": "&lt;p&gt;Hi&lt;/p&gt;", "skills": "Typing"},
            "<p>Hi</p>\n\n<h3>Skills</h3>\nTyping",
        ),
        ({"description": "&lt;p&gt;A &amp;amp; B&lt;/p&gt;"}, "<p>A &amp; B</p>"),
        ({"description": "<p>Type <b>briefs</b></p>", "responsibilities": "Type briefs"}, "<p>Type <b>briefs</b></p>"),
        ({"description": ["<p>One</p>", "<p>Two</p>"]}, "<p>One</p>\n<p>Two</p>"),
        ({"description": {"@value": "<p>Hi</p>", "@type": "HTML"}}, "<p>Hi</p>"),
        ({"description": r"<p>One</p>\n\n<p>Two</p>\nThe end"}, "<p>One</p>\n\n<p>Two</p>\nThe end"),
        ({"description": r"Keep C:\new tidy"}, r"Keep C:\new tidy"),
        ({"description": "x", "educationRequirements": {"credentialCategory": "bachelor degree"}}, "x"),
        ({"description": "", "skills": "", "qualifications": None}, None),
    ],
)
def test_description(job: dict[str, Any], description: str | None) -> None:
    assert fields(**job)["description"] == description


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://firm.example/jobs/1?x=2", "https://firm.example/jobs/1?x=2"),
        ("http://Stealth co", None),
        ("/jobs/1", None),
        (None, None),
    ],
)
def test_address(url: str | None, address: str | None) -> None:
    assert fields(url=url)["url"] == address


@pytest.mark.parametrize("name", ["datePosted", "validThrough"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2018-03-15T17:01Z", "2018-03-15T17:01Z"),
        ("2026-01-31T23:59:59-05:00Z", "2026-01-31T23:59:59-05:00Z"),
        ({"@value": "2026-01-31", "@type": "Date"}, "2026-01-31"),
        (["2026-01-31"], "2026-01-31"),
        ("", None),
        (None, None),
    ],
)
def test_dates_stay_as_they_are_written(name: str, value: object, words: str | None) -> None:
    found = fields(**{name: value})
    assert found["posted_on_raw" if name == "datePosted" else "valid_through_raw"] == words


@pytest.mark.parametrize(
    ("identifier", "ref"),
    [
        ({"@type": "PropertyValue", "name": "Firm", "value": None}, None),
        ({"value": 4471.0}, "4471.0"),
        (7, "7"),
        ("A-1", "A-1"),
        ({"value": 12}, "12"),
        ([{"value": "x"}], "x"),
        (None, None),
        (True, None),
    ],
)
def test_identifier(identifier: object, ref: str | None) -> None:
    assert identifier_of({"identifier": identifier}) == ref


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@type", "name", "value", "address", "addressLocality", "minValue", "x"]),
            inner,
            max_size=3,
        )
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
                "applicantLocationRequirements",
                "baseSalary",
                "responsibilities",
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
