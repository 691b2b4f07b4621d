from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import Response, TextResponse

from scraper.items import Posting, RawPlace
from scraper.platforms.json_board import JsonObject, expect, json_of
from scraper.platforms.json_fields import distinct_places
from scraper.platforms.json_ld_detail import JsonLdDetailSpider
from scraper.schema_org import name_of, text_of


class BreezySpider(JsonLdDetailSpider):
    """Breezy: the whole list in one JSON answer, the text usually on the ad's page only.

    A record that has a ``description`` is complete, and its page is not asked for. ``salary`` is a line for readers, in
    thousands at times (``$1.40k - $1.80k``). One board may hold the ads of several employers.
    """

    name = "breezy"
    start_address: ClassVar[str] = "https://{board}.breezy.hr/json"
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//(?!(?:www|app|api|developer|help|marketing|[a-z]+-cdn)\.)(?P<board>[a-z0-9-]+)\.breezy\.hr(?:[/?#]|$)",
    )
    board_pattern: ClassVar[str] = r"[A-Za-z0-9][A-Za-z0-9-]*"

    def records(self, response: Response) -> list[Any]:
        return list(expect(json_of(response), list, "the answer"))

    def read_page(self, records: list[Any], response: Response) -> Iterable[Any]:
        for request in super().read_page(records, response):
            record = request.cb_kwargs["record"]
            complete = text_of(record.get("description"))
            yield from self.guarded([record], self.read_listed, response.url) if complete else [request]

    def detail_request(self, record: Any) -> Request:
        return self.detail(self.moved(self._address(record)), record, record["name"])

    def read_listed(self, record: JsonObject) -> Posting:
        return self.posting(
            ref=str(record["id"]),
            url=self._address(record),
            title=text_of(record["name"]),
            company=name_of(record.get("company")) or self.company or self.board,
            description=text_of(record.get("description")),
            employment_type_raw=_named(record.get("type")),
            places_raw=distinct_places(map(_place, _locations(record))),
            remote_raw=_remote(record),
            salary_raw=text_of(record.get("salary")),
            posted_on_raw=text_of(record.get("published_date")),
        )

    def read_page_without_data(self, response: TextResponse, record: JsonObject) -> Posting:
        """The posting with the longest description on the page; the others are of the employer or its benefits."""
        blocks = response.css("div.description").getall()
        if not blocks:
            return super().read_page_without_data(response, record)
        return self.read_listed({**record, "description": max(blocks, key=len)})

    def _address(self, record: JsonObject) -> str:
        page = f"https://{self.board}.breezy.hr/p/{record.get('friendly_id') or record['id']}"
        return urljoin(page, text_of(record.get("url")))


def _named(value: Any) -> str | None:
    """The name of ``{id, name}``, else its id; some boards write the bare word."""
    return name_of(value) or (text_of(value.get("id")) if isinstance(value, dict) else None)


def _locations(record: JsonObject) -> list[Any]:
    """``location``, and ``locations`` where the board has several, which may repeat it."""
    several = record.get("locations")
    return [record.get("location"), *(several if isinstance(several, list) else [])]


def _place(location: Any) -> RawPlace | None:
    """The parts, or the line where all of them are null; the city of a remote ad may be the word Remote."""
    if not isinstance(location, dict):
        return RawPlace(text=text) if (text := text_of(location)) else None
    city, region, country = (
        text_of(location.get("city")),
        _named(location.get("state")),
        _named(location.get("country")),
    )
    if not city and not region and not country:
        return RawPlace(text=text) if (text := text_of(location.get("name"))) else None
    return RawPlace(city=None if (city or "").lower() == "remote" else city, region=region, country=country)


def _remote(record: JsonObject) -> str | None:
    is_remote = any(isinstance(one, dict) and one.get("is_remote") is True for one in _locations(record))
    return "remote" if is_remote else None
