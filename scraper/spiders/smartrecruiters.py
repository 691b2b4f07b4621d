from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from scrapy import Request
from scrapy.http import Response
from w3lib.url import add_or_replace_parameter

from scraper.items import Posting, RawPlace
from scraper.platforms.json_board import JsonObject, expect, json_of
from scraper.platforms.listing import ListingSpider

PAGE_SIZE = 100


class SmartrecruitersSpider(ListingSpider):
    """SmartRecruiters: a list in pages of a hundred without texts or public addresses, and one detail an ad.

    The text stands in four sections. One ``refNumber`` may stand as several postings, one a place or language. A
    company that does not exist answers like one without ads.
    """

    name = "smartrecruiters"
    start_address: ClassVar[str] = (
        f"https://api.smartrecruiters.com/v1/companies/{{board}}/postings?limit={PAGE_SIZE}&offset=0"
    )
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//(?:jobs|careers)\.smartrecruiters\.com/(?:company/)?(?P<board>[\w-]+)",
        r"//api\.smartrecruiters\.com/v1/companies/(?P<board>[\w-]+)",
    )

    def records(self, response: Response) -> list[Any]:
        document = expect(json_of(response), dict, "the board")
        return list(expect(document.get("content"), list, "'content'"))

    def next_request(self, response: Response, records: list[Any]) -> Iterable[Any]:
        offset = int(parse_qs(urlsplit(response.url).query)["offset"][0]) + len(records)
        total = json_of(response).get("totalFound")
        if isinstance(total, int) and offset < total:
            yield self.request(add_or_replace_parameter(response.url, "offset", str(offset)), self.parse_start)

    def detail_request(self, record: Any) -> Request:
        address = f"https://api.smartrecruiters.com/v1/companies/{self.board}/postings/{record['id']}"
        return self.detail(self.moved(address), record, record["name"])

    def read_detail(self, response: Response, record: JsonObject) -> Posting:
        return self.read_listed({**record, **expect(json_of(response), dict, "the posting")})

    def read_listed(self, record: JsonObject) -> Posting:
        location = record.get("location") or {}
        return self.posting(
            ref=record["id"],
            requisition=record.get("refNumber"),
            url=record.get("postingUrl") or f"https://jobs.smartrecruiters.com/{self.board}/{record['id']}",
            title=record["name"],
            company=(record.get("company") or {}).get("name"),
            description=_body(record),
            employment_type_raw=(record.get("typeOfEmployment") or {}).get("label"),
            places_raw=_places(location),
            remote_raw="remote" if location.get("remote") else "hybrid" if location.get("hybrid") else None,
            posted_on_raw=record.get("releasedDate"),
        )


def _body(record: JsonObject) -> str | None:
    """The sections in the page's order, each under its title."""
    sections = ((record.get("jobAd") or {}).get("sections") or {}).values()
    parts = [
        f"<h3>{html.escape(section.get('title') or '')}</h3>\n{section['text']}"
        for section in sections
        if isinstance(section, dict) and section.get("text")
    ]
    return "\n".join(parts) or None


def _places(location: JsonObject) -> list[RawPlace]:
    place = RawPlace(city=location.get("city"), region=location.get("region"), country=location.get("country"))
    return [place] if place.city or place.country else []
