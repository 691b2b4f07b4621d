from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from scrapy import Request
from scrapy.http import Response, TextResponse
from w3lib.url import add_or_replace_parameter

from scraper.items import Posting, RawPay, RawPlace
from scraper.platforms.hr_xml import search_results
from scraper.platforms.json_board import JsonObject, expect, json_of
from scraper.platforms.json_fields import amount_of, object_of, objects_of, place_of
from scraper.platforms.keyed import KeyedSpider
from scraper.schema_org import text_of

EMAIL = "ROLECALL_USAJOBS_EMAIL"
KEY = "ROLECALL_USAJOBS_KEY"

LEGAL_SERIES = "0905;0950;0958;0963;0986;1222"
"""Federal job series: attorney, paralegal, employee benefits law, legal instruments examining, legal assistance, patent
attorney."""

SECTIONS = {
    "JobSummary": "Summary",
    "AgencyMarketingStatement": "About the agency",
    "MajorDuties": "Duties",
    "KeyRequirements": "Conditions of employment",
    "Requirements": "Requirements",
    "QualificationSummary": "Qualifications",
    "Education": "Education",
    "OtherInformation": "Additional information",
    "Evaluations": "How you will be evaluated",
    "Benefits": "Benefits",
    "RequiredDocuments": "Required documents",
    "HowToApply": "How to apply",
    "WhatToExpectNext": "Next steps",
}
"""Part of the ad's text -> its heading, in the order of the page."""

INTERVALS = {
    "PA": "Per Year",
    "PM": "Per Month",
    "BW": "Bi-weekly",
    "PD": "Per Day",
    "PH": "Per Hour",
    "SY": "School Year",
    "PW": "Piece Work",
    "FB": "Fee Basis",
    "ST": "Student Stipend Paid",
    "WC": "Without Compensation",
}
"""``RateIntervalCode`` -> the words of USAJOBS's own code list; older answers have the words in place of the code."""

NO_RATES = ("piece work", "fee basis", "student stipend paid", "without compensation")

_HIGHLIGHT = re.compile(r"</?c\d+>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_CONTROL_NUMBER = re.compile(r"/(\d{6,})(?:$|[/?#])")


class UsajobsSpider(KeyedSpider):
    """USAJOBS, the jobs of the United States government: a search by job series, by default the legal ones.

    The text stands in a dozen parts, plain or HTML, and only ``Fields=Full`` brings them all. One announcement may
    stand twice, for the public and for federal employees; the control number tells them apart. Pay is in strings.
    Documents of the older HR-XML are read too. ``User-Agent`` must be the address that the key was registered with.
    """

    name = "usajobs"
    start_address: ClassVar[str] = "https://data.usajobs.gov/api/search?Page=1"
    query: ClassVar[dict[str, str]] = {"JobCategoryCode": LEGAL_SERIES, "ResultsPerPage": "500", "Fields": "Full"}
    keys: ClassVar[tuple[str, ...]] = (EMAIL, KEY)

    def request(self, url: str, callback: Callable[[Response], Iterable[Any]], **kwargs: Any) -> Request:
        headers = {"User-Agent": os.environ.get(EMAIL, ""), "Authorization-Key": os.environ.get(KEY, "")}
        return super().request(url, callback, headers=headers, **kwargs)

    def records(self, response: Response) -> list[Any]:
        if isinstance(response, TextResponse) and response.text.lstrip("\ufeff \t\r\n")[:1] == "<":
            return list(search_results(response))
        return super().records(response)

    def jobs(self, data: Any) -> list[Any]:
        result = expect(expect(data, dict, "the answer").get("SearchResult"), dict, "'SearchResult'")
        found = result.get("SearchResultItems")
        if found is None and result.get("SearchResultCount") == 0:
            return []
        return list(expect(found, list, "'SearchResultItems'"))

    def next_request(self, response: Response, records: list[Any]) -> Iterable[Any]:
        page = int(parse_qs(urlsplit(response.url).query).get("Page", ["1"])[0])
        if page < _n_pages(response):
            yield self.request(add_or_replace_parameter(response.url, "Page", str(page + 1)), self.parse_start)

    def read_job(self, job: JsonObject) -> Posting:
        ad = expect(job.get("MatchedObjectDescriptor"), dict, "'MatchedObjectDescriptor'")
        details = object_of(object_of(ad.get("UserArea")).get("Details"))
        url = (text_of(ad.get("PositionURI")) or "").replace(":443/", "/", 1)
        number = _CONTROL_NUMBER.search(url)
        ref = number[1] if number else text_of(job.get("MatchedObjectId")) or ad["PositionID"]
        return self.posting(
            ref=ref,
            requisition=text_of(ad.get("PositionID")),
            url=url or (f"https://www.usajobs.gov/job/{ref}" if ref.isdecimal() else None),
            title=_HIGHLIGHT.sub("", text_of(ad["PositionTitle"]) or "") or None,
            company=text_of(ad.get("OrganizationName")) or text_of(ad.get("DepartmentName")),
            description=_body(ad, details),
            employment_type_raw=_names(ad, "PositionSchedule", "PositionOfferingType"),
            places_raw=_places(ad),
            remote_raw="remote" if str(details.get("RemoteIndicator")).lower() == "true" else None,
            pay_raw=_pay(objects_of(ad.get("PositionRemuneration"))),
            posted_on_raw=text_of(ad.get("PublicationStartDate")) or text_of(ad.get("PositionStartDate")),
            valid_through_raw=text_of(ad.get("ApplicationCloseDate")) or text_of(ad.get("PositionEndDate")),
        )


def _n_pages(response: Response) -> int:
    """``NumberOfPages``, which is a string; 0 for a document of HR-XML, which has no pages."""
    try:
        result = object_of(object_of(json_of(response)).get("SearchResult"))
    except ValueError:
        return 0
    n_pages = text_of(object_of(result.get("UserArea")).get("NumberOfPages")) or ""
    return int(n_pages) if n_pages.isdecimal() else 0


def _body(ad: JsonObject, details: JsonObject) -> str | None:
    """The parts under their headings; the teaser of the search's hits only where there is nothing else."""
    parts = {"QualificationSummary": ad.get("QualificationSummary"), **details}
    sections = [
        f"<h3>{heading}</h3>\n{text}" for key, heading in SECTIONS.items() if (text := _as_html(parts.get(key)))
    ]
    teasers = [_as_html(one.get("Content")) for one in objects_of(ad.get("PositionFormattedDescription"))]
    return "\n".join(filter(None, sections or teasers)) or None


def _as_html(value: Any) -> str:
    """One part of the text; several texts are a list."""
    if not isinstance(value, list):
        return _markup(_HIGHLIGHT.sub("", text_of(value) or ""))
    texts = [text for each in value if (text := _as_html(each))]
    return "".join(texts) if len(texts) < 2 else f"<ul>{''.join(f'<li>{text}</li>' for text in texts)}</ul>"


def _markup(text: str) -> str:
    """HTML, escaped or not, as it is; plain text with its lines."""
    text = text if _TAG.search(text) else html.unescape(text)
    if _TAG.search(text):
        return text
    return "".join(f"<div>{html.escape(line)}</div>" for line in text.splitlines() if line.strip())


def _names(ad: JsonObject, *keys: str) -> str | None:
    names = [name for key in keys for one in objects_of(ad.get(key)) if (name := text_of(one.get("Name")))]
    return ", ".join(dict.fromkeys(names)) or None


def _places(ad: JsonObject) -> list[RawPlace]:
    listed = [place for one in objects_of(ad.get("PositionLocation")) if (place := _place(one))]
    shown = text_of(ad.get("PositionLocationDisplay"))
    return listed or ([RawPlace(text=shown)] if shown else [])


def _place(location: JsonObject) -> RawPlace | None:
    """``CityName`` repeats the state, and abroad the country, behind the city."""
    city = text_of(location.get("CityName")) or text_of(location.get("LocationName")) or ""
    region, country = (text_of(location.get(key)) for key in ("CountrySubDivisionCode", "CountryCode"))
    region = None if region == "N/A" else region
    for repeated in (country, region):
        city = city.removesuffix(f", {repeated}")
    return place_of(city, region, country)


def _pay(rates: list[JsonObject]) -> RawPay | None:
    """The first pay with a figure; piece work and the like have none by time, and would be taken for one."""
    for rate in rates:
        low, high = amount_of(rate.get("MinimumRange")), amount_of(rate.get("MaximumRange"))
        code = text_of(rate.get("RateIntervalCode")) or ""
        period = text_of(rate.get("Description")) or INTERVALS.get(code.upper(), code)
        if (low or high) and period.lower() not in NO_RATES:
            return RawPay(low=low, high=high, currency="USD", period=period or None)
    return None
