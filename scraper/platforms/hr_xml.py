"""HR-XML ``PositionOpening`` documents, which USAJOBS used to publish, in the shape of its search results."""

from __future__ import annotations

import re
from typing import Any

from parsel import Selector
from scrapy.http import TextResponse

from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.json_board import JsonObject

_CITY_STATE_COUNTRY = re.compile(r"(.+), ([A-Z]{2}) ([A-Z].+)")
"""``Dover, DE United States``: no comma before the country."""


def search_results(response: TextResponse) -> list[JsonObject]:
    """The openings of the document; raises UnexpectedFormatError when it is no HR-XML."""
    document = Selector(text=response.text, type="xml")
    document.remove_namespaces()
    if not document.xpath("self::ShowPositionOpening | self::PositionOpening"):
        raise UnexpectedFormatError(f"expected JSON or HR-XML, got {response.text.strip()[:60]!r}")
    return [_search_result(opening) for opening in document.xpath("descendant-or-self::PositionOpening")]


def _search_result(opening: Selector) -> JsonObject:
    profile = opening.xpath("PositionProfile")
    descriptor = {
        "PositionID": _text(opening, "PositionProfile/PositionID"),
        "PositionTitle": _text(opening, "PositionProfile/PositionTitle"),
        "OrganizationName": _text(opening, "PositionProfile/PositionOrganization//OrganizationName"),
        "PositionLocation": [_location(_text(one, "LocationName")) for one in profile.xpath("PositionLocation")],
        "PositionSchedule": [_named(one) for one in profile.xpath("PositionScheduleTypeCode")],
        "PositionOfferingType": [_named(one) for one in profile.xpath("PositionOfferingTypeCode")],
        "PositionRemuneration": [_pay(one) for one in profile.xpath("OfferedRemunerationPackage/RemunerationRange")],
        "PublicationStartDate": _text(opening, "PositionProfile/PositionPeriod/StartDate"),
        "ApplicationCloseDate": _text(opening, "PositionProfile/PositionPeriod/EndDate"),
        "UserArea": {"Details": _details(opening)},
    }
    return {"MatchedObjectId": _text(opening, "DocumentID"), "MatchedObjectDescriptor": descriptor}


def _text(node: Selector, path: str) -> str:
    return node.xpath(f"normalize-space({path})").get("")


def _location(name: str) -> JsonObject:
    parts = _CITY_STATE_COUNTRY.fullmatch(name)
    keys = ("CityName", "CountrySubDivisionCode", "CountryCode")
    return dict(zip(keys, parts.groups(), strict=True)) if parts else {"LocationName": name}


def _named(code: Selector) -> JsonObject:
    """``1-Full-Time`` -> its name."""
    return {"Name": _text(code, ".").partition("-")[2]}


def _pay(pay: Selector) -> JsonObject:
    return {
        "MinimumRange": _text(pay, "RemunerationMinimumAmount"),
        "MaximumRange": _text(pay, "RemunerationMaximumAmount"),
        "RateIntervalCode": _text(pay, "RemunerationRateIntervalCode"),
    }


def _details(opening: Selector) -> JsonObject:
    """The parts of the ad's text; a part may stand several times."""
    parts: dict[str, Any] = {}
    for part in opening.xpath("PositionProfile/UserArea/GOVT_XMLJobBody/*/*"):
        parts.setdefault(part.xpath("name()").get(""), []).append(part.xpath("string()").get(""))
    return {
        **parts,
        "QualificationSummary": parts.get("Qualifications"),
        "KeyRequirements": parts.get("KeyRequirement"),
    }
