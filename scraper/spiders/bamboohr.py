from __future__ import annotations

from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response

from scraper.items import Posting, RawPlace
from scraper.platforms.json_board import JsonObject, expect, json_of
from scraper.platforms.listing import ListingSpider
from scraper.schema_org import text_of

KINDS = {"0": "onsite", "1": "remote", "2": "hybrid"}
"""``locationType`` -> kind of work place."""


class BamboohrSpider(ListingSpider):
    """BambooHR: the whole list in one answer, text, date and pay in one detail an ad.

    The place stands in ``location`` or in ``atsLocation``, the other being full of nulls. BambooHR does not name the
    employer.
    """

    name = "bamboohr"
    start_address: ClassVar[str] = "https://{board}.bamboohr.com/careers/list"
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//(?!(?:www|app|api|help|partners)\.)(?P<board>[a-z0-9-]+)\.bamboohr\.com(?:/(?:careers|jobs|js/embed)|/?$)",
    )
    board_pattern: ClassVar[str] = r"[A-Za-z0-9][A-Za-z0-9-]*"

    def records(self, response: Response) -> list[Any]:
        document = expect(json_of(response), dict, "the board")
        return list(expect(document.get("result"), list, "'result'"))

    def detail_request(self, record: Any) -> Request:
        address = f"https://{self.board}.bamboohr.com/careers/{record['id']}/detail"
        return self.detail(self.moved(address), record, record["jobOpeningName"])

    def read_detail(self, response: Response, record: JsonObject) -> Posting:
        result = expect(expect(json_of(response), dict, "the posting").get("result"), dict, "'result'")
        opening = expect(result.get("jobOpening"), dict, "'jobOpening'")
        return self.read_listed({**record, **{key: value for key, value in opening.items() if _says(value)}})

    def read_listed(self, record: JsonObject) -> Posting:
        ref = str(record["id"])
        return self.posting(
            ref=ref,
            url=text_of(record.get("jobOpeningShareUrl")) or f"https://{self.board}.bamboohr.com/careers/{ref}",
            title=text_of(record["jobOpeningName"]),
            company=self.company or self.board,
            description=text_of(record.get("description")),
            employment_type_raw=text_of(record.get("employmentStatusLabel")) or text_of(record.get("employmentType")),
            places_raw=_places(record),
            remote_raw=_remote(record),
            salary_raw=text_of(record.get("compensation")),
            posted_on_raw=text_of(record.get("datePosted")),
        )


def _says(value: Any) -> bool:
    """Whether a field of the detail holds anything: one full of nulls must not hide what the list says."""
    return any(each not in (None, "") for each in value.values()) if isinstance(value, dict) else value is not None


def _places(record: JsonObject) -> list[RawPlace]:
    """The place of either field, or what both say together; two places where they name two cities."""
    places = [place for key in ("location", "atsLocation") if (place := _place(record.get(key)))]
    if len({place.city for place in places if place.city}) > 1:
        return places
    together = {
        part: next(filter(None, (getattr(place, part) for place in places)), None)
        for part in ("text", "city", "region", "country")
    }
    return [RawPlace(**together)] if places else []


def _place(value: Any) -> RawPlace | None:
    if not isinstance(value, dict):
        return RawPlace(text=text) if (text := text_of(value)) else None
    city, region, country = (
        next(filter(None, (text_of(value.get(key)) for key in keys)), None)
        for keys in (("city",), ("state", "province"), ("addressCountry", "country"))
    )
    return RawPlace(city=city, region=region, country=country) if city or region or country else None


def _remote(record: JsonObject) -> str | None:
    """``locationType`` says more than ``isRemote``, but ``0`` is also what nobody chose."""
    kind = KINDS.get(str(record.get("locationType")))
    return "remote" if record.get("isRemote") is True and kind != "hybrid" else kind
