from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response, TextResponse

from scraper.items import Posting, RawPay, RawPlace
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.embedded_json import json_after
from scraper.platforms.json_board import JsonObject, expect, json_of
from scraper.platforms.listing import ListingSpider
from scraper.schema_org import text_of

PAGE_SIZE = 100

USUAL_HOST = "https://recruiting.ultipro.com"

OPPORTUNITY = "CandidateOpportunityDetail"
"""The call that gets an ad's JSON; the page of a closed ad answers with status 200 and without it."""

_TIMES: dict[Any, str] = {True: "Full Time", False: "Part Time"}
_LOCATION_TYPES = {0: "hybrid", 1: "onsite", 2: "remote"}
_SAYS_REMOTE = re.compile(r"\b(?:remote|hybrid)\b", re.IGNORECASE)
_NO_CRITERIA = {
    "PreferredJobs": [],
    "Educations": [],
    "LicenseAndCertifications": [],
    "Skills": [],
    "hasNoLicenses": False,
    "SkippedSkills": [],
}
_PAY_FIELDS = (
    ("PayRangeMinimum", "PayRangeMaximum", "PayRangeCurrencyCode", None),
    ("CompensationAnnualMinimum", "CompensationAnnualMaximum", "CompensationCurrencyCode", "year"),
    ("CompensationHourlyMinimum", "CompensationHourlyMaximum", "CompensationCurrencyCode", "hour"),
)


class UkgSpider(ListingSpider):
    """UKG Pro Recruiting, once UltiPro: a list by POST, and one page an ad with its JSON in a script.

    A board is ``COMPANY/guid``; its host is one of several and comes from ``url`` or ``base_url``. ``QueryString`` in a
    source's ``query`` is the search. The list has a teaser only, and its date is that of the last republication: the
    page's date is the first one. Pay that the employer hides is sent all the same. The employer's name stands in the
    page's logo alone. A board that does not exist answers like one without ads.
    """

    name = "ukg"
    start_address: ClassVar[str] = "{board}/JobBoardView/LoadSearchResults"
    board_pattern: ClassVar[str] = r"[A-Za-z0-9]+/[0-9A-Fa-f-]{36}"
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//(?P<host>recruiting\d*\.ultipro\.(?:com|ca)|[\w-]+\.rec\.pro\.ukg\.net)"
        r"/(?P<company>[A-Za-z0-9]+)/JobBoard/(?P<guid>[0-9a-f-]{36})",
    )

    def __init__(self, *, board: str | None = None, url: str | None = None, **kwargs: Any) -> None:
        super().__init__(board=None if url and self.recognise(url) else board, url=url, **kwargs)
        is_public = bool(self.base_url and re.search(r"\.(?:ultipro|ukg)\.", self.base_url))
        self.home = (
            f"{(self.base_url or '').rstrip('/') if is_public else USUAL_HOST}/{self.board.replace('/', '/JobBoard/')}"
        )

    @classmethod
    def recognise(cls, address: str) -> dict[str, str] | None:
        match = re.search(cls.board_addresses[0], address, re.IGNORECASE)
        if not match:
            return None
        found = {"board": f"{match['company']}/{match['guid']}"}
        host = f"https://{match['host'].lower()}"
        return found if host == USUAL_HOST else {**found, "base_url": host}

    def first_request(self) -> Request:
        return self.list_request(0)

    def list_request(self, skip: int) -> Request:
        """The request for one page, as the board's own page makes it."""
        order = [{"Value": "postedDateDesc", "PropertyName": "PostedDate", "Ascending": False}]
        words = self.search.get("QueryString", "")
        search = {"Top": PAGE_SIZE, "Skip": skip, "QueryString": words, "OrderBy": order, "Filters": []}
        return self.request(
            self.moved(self.start_address.format(board=self.home)),
            self.parse_start,
            method="POST",
            body=json.dumps({"opportunitySearch": search, "matchCriteria": _NO_CRITERIA}),
            headers={"Accept": "application/json", "Content-Type": "application/json; charset=utf-8"},
        )

    def records(self, response: Response) -> list[Any]:
        document = expect(json_of(response), dict, "the board")
        return list(expect(document.get("opportunities"), list, "'opportunities'"))

    def next_request(self, response: Response, records: list[Any]) -> Iterable[Any]:
        if len(records) == PAGE_SIZE:
            yield self.list_request(self._n_pages * PAGE_SIZE)

    def detail_request(self, record: Any) -> Request:
        return self.detail(self.moved(self._address(record)), record, record["Title"])

    def parse_detail(self, response: Response, record: Any) -> Iterable[Any]:
        if OPPORTUNITY.encode() in response.body:
            yield from super().parse_detail(response, record)
            return
        self.fail("partial", response.url, "listed, but its page shows no ad")
        yield from self.guarded([record], self.read_listed, response.url)

    def read_detail(self, response: Response, record: JsonObject) -> Posting:
        if not isinstance(response, TextResponse):
            raise UnexpectedFormatError(f"expected a web page, got {len(response.body)} bytes of something else")
        job = expect(json_after(response.text, OPPORTUNITY), dict, "the opportunity")
        stated = {key: value for key, value in job.items() if value not in (None, "", [])}
        logo = response.css("img[data-automation^=navbar]::attr(alt)").get()
        return self.read_listed({**record, **stated, "employer": logo})

    def read_listed(self, record: JsonObject) -> Posting:
        return self.posting(
            ref=str(record["Id"]),
            requisition=text_of(record.get("RequisitionNumber")),
            url=self._address(record),
            title=record["Title"],
            company=record.get("employer") or self.company or self.board.partition("/")[0],
            description=record.get("Description") or record.get("BriefDescription"),
            employment_type_raw=_TIMES.get(record.get("FullTime")),
            places_raw=_places(record),
            remote_raw=_remote(record),
            pay_raw=_pay(record),
            posted_on_raw=record.get("PostedDate"),
        )

    def _address(self, record: JsonObject) -> str:
        return f"{self.home}/OpportunityDetail?opportunityId={record['Id']}"


def _locations(record: JsonObject) -> list[JsonObject]:
    return [one for one in record.get("Locations") or [] if isinstance(one, dict)]


def _label(location: JsonObject) -> str | None:
    """The employer's own name for a place of work: "Head office", "TX - Remote"."""
    return text_of(location.get("LocalizedDescription")) or text_of(location.get("LocalizedName"))


def _places(record: JsonObject) -> list[RawPlace]:
    places = []
    for location in _locations(record):
        address = location.get("Address") or {}
        place = RawPlace(
            city=text_of(address.get("City")), region=_name(address.get("State")), country=_name(address.get("Country"))
        )
        if not place.city and not place.region and (label := _label(location)):
            place = RawPlace(text=label, country=place.country)
        if place != RawPlace() and place not in places:
            places.append(place)
    return places


def _name(value: Any) -> str | None:
    """Name of a state or country; codes of states outside the US and Canada are none that others know."""
    return text_of(value.get("Name")) or text_of(value.get("Code")) if isinstance(value, dict) else text_of(value)


def _remote(record: JsonObject) -> str | None:
    """The ad's own type, a number with words in the board's translations; else the name of a place that says so."""
    kind = record.get("JobLocationType")
    if kind is not None:
        return _LOCATION_TYPES.get(kind, text_of(kind))
    labels = filter(None, map(_label, _locations(record)))
    return next((label for label in labels if _SAYS_REMOTE.search(label)), None)


def _pay(record: JsonObject) -> RawPay | None:
    if record.get("PayRangeVisible") is False:
        return None
    amounts = {**record, **(record.get("PayRange") or {})}
    for low, high, currency, period in _PAY_FIELDS:
        if _figure(amounts.get(low)) or _figure(amounts.get(high)):
            return RawPay(
                low=_figure(amounts.get(low)),
                high=_figure(amounts.get(high)),
                currency=record.get(currency),
                period=period,
            )
    return None


def _figure(value: Any) -> str | None:
    """An amount; 0 is what nobody filled in."""
    text = text_of(value)
    return text if text and text.strip("0.") else None
