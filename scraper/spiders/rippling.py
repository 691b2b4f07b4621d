from __future__ import annotations

import re
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response

from scraper.items import Posting, RawPay, RawPlace
from scraper.platforms.json_board import JsonObject, expect, json_of
from scraper.platforms.json_fields import distinct_places
from scraper.platforms.listing import ListingSpider
from scraper.schema_org import text_of

API = "https://api.rippling.com/platform/api/ats/v1/board/{board}/jobs"


class RipplingSpider(ListingSpider):
    """Rippling: a bare JSON array with one row for each ad and place, and one detail an ad.

    The rows of one ad are put together. The text stands in several sections. The board's token is case-sensitive.
    """

    name = "rippling"
    start_address: ClassVar[str] = API
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//ats(?:\.\w+)?\.rippling\.com/(?:[a-z]{2}-[a-z]{2}/(?!jobs\b))?(?!api/)(?P<board>[\w-]+)",
        r"//(?:api|ats)\.rippling\.com/(?:platform/)?api/(?:ats/)?v\d/board/(?P<board>[\w-]+)",
    )
    board_pattern: ClassVar[str] = r"[A-Za-z0-9][A-Za-z0-9_-]*"

    def records(self, response: Response) -> list[Any]:
        answer = json_of(response)
        if isinstance(answer, dict) and "items" in answer:  # version 2 of the interface
            answer = answer["items"]
        return _one_an_ad(expect(answer, list, "the answer"))

    def detail_request(self, record: Any) -> Request:
        address = f"{API.format(board=self.board)}/{_ref(record)}"
        return self.detail(self.moved(address), record, record["name"])

    def read_detail(self, response: Response, record: JsonObject) -> Posting:
        detail = expect(json_of(response), dict, "the posting")
        return self.read_listed({**record, **{key: value for key, value in detail.items() if value}})

    def read_listed(self, record: JsonObject) -> Posting:
        ref = _ref(record)
        return self.posting(
            ref=ref,
            url=text_of(record.get("url")) or f"https://ats.rippling.com/{self.board}/jobs/{ref}",
            title=text_of(record["name"]),
            company=text_of(record.get("companyName")) or self.company or self.board,
            description=_body(record.get("description")),
            employment_type_raw=_type(record.get("employmentType")),
            places_raw=distinct_places(map(_place, _locations(record))),
            remote_raw=_remote(record),
            pay_raw=_pay(record.get("payRangeDetails")),
            posted_on_raw=text_of(record.get("createdOn")),
        )


def _ref(record: JsonObject) -> str:
    return str(record.get("uuid") or record["id"])


def _one_an_ad(rows: list[Any]) -> list[Any]:
    """The first row of each ad, with all its rows: they differ in the place."""
    ads: dict[str, list[Any]] = {}
    for number, row in enumerate(rows):
        ref = (row.get("uuid") or row.get("id")) if isinstance(row, dict) else None
        ads.setdefault(str(ref or f"row {number}"), []).append(row)
    return [{**ad[0], "rows": ad} if isinstance(ad[0], dict) else ad[0] for ad in ads.values()]


def _body(description: Any) -> str | None:
    """The sections (``company``, ``role`` ...) in the answer's order; perhaps one bare text."""
    if isinstance(description, dict):
        return "\n".join(filter(None, map(text_of, description.values()))) or None
    return text_of(description)


def _type(value: Any) -> str | None:
    """The ``id``, which is in words; the ``label`` is a code."""
    return text_of(value.get("id")) or text_of(value.get("label")) if isinstance(value, dict) else text_of(value)


def _locations(record: JsonObject) -> list[Any]:
    """The places of the detail or of all rows: objects with parts where there are any, else lines."""
    rows = [record, *record["rows"]]
    for key in ("locations", "workLocations", "workLocation"):
        if found := [one for row in rows for one in _as_list(row.get(key))]:
            return found
    return []


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _place(location: Any) -> RawPlace | None:
    if not isinstance(location, dict):
        return RawPlace(text=text) if (text := text_of(location)) else None
    city, region, country = (
        text_of(location.get(code)) or text_of(location.get(name))
        for code, name in (("city", "city"), ("stateCode", "state"), ("countryCode", "country"))
    )
    if city or region or country:
        return RawPlace(city=city, region=region, country=country)
    words = text_of(location.get("label")) or text_of(location.get("name"))
    return RawPlace(text=words) if words else None


def _remote(record: JsonObject) -> str | None:
    """What the places agree on; of an ad with remote and other places nothing can be said."""
    kinds = {text_of(one.get("workplaceType")) for one in _locations(record) if isinstance(one, dict)}
    return kinds.pop() if len(kinds) == 1 else None


def _pay(ranges: Any) -> RawPay | None:
    """One range a place or level: from the lowest to the highest of those in the first one's currency and period."""
    stated = [one for one in _as_list(ranges) if isinstance(one, dict) and _amount(one, "rangeStart", "rangeEnd")]
    alike = [one for one in stated if all(one.get(key) == stated[0].get(key) for key in ("currency", "frequency"))]
    if not alike:
        return None
    lows, highs = ([text for one in alike if (text := _amount(one, end))] for end in ("rangeStart", "rangeEnd"))
    return RawPay(
        low=min(lows, key=float, default=None),
        high=max(highs, key=float, default=None),
        currency=text_of(alike[0].get("currency")),
        period=text_of(alike[0].get("frequency")),
    )


def _amount(pay: JsonObject, *ends: str) -> str | None:
    """The first of the ends that is a figure; 0 is none."""
    texts = [text_of(pay.get(end)) or "" for end in ends]
    return next((text for text in texts if re.fullmatch(r"\d+(?:\.\d+)?", text) and float(text)), None)
