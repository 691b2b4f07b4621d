from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, urlsplit

from scrapy import Request
from scrapy.http import Response
from w3lib.url import add_or_replace_parameters

from scraper.items import Posting, RawPlace
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.feed_fields import as_html
from scraper.platforms.json_board import JsonObject, expect, json_of
from scraper.platforms.xml_feed import Element, XmlFeedSpider, decoded
from scraper.schema_org import identifier_of, name_of, posting_fields

RSS_PAGE_SIZE = 100


class TeamtailorSpider(XmlFeedSpider):
    """Teamtailor: a JSON Feed whose items carry a schema.org JobPosting each, and the same board as RSS in pages.

    The JSON is asked for; RSS is read where the answer is RSS, or where the source's ``url`` is that of ``jobs.rss``.
    A board is a name under teamtailor.com, with the region's letters where it has some (``acme.na``), or the host of a
    career site with a name of its own (``careers.example.org``).
    """

    name = "teamtailor"
    start_address: ClassVar[str] = "https://{board}.teamtailor.com/jobs.json"
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//(?!www\.|app\.|api\.|support\.)(?P<board>[\w-]+(?:\.[a-z]{2})?)\.teamtailor\.com\b",
    )
    board_pattern: ClassVar[str] = r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"

    def first_request(self) -> Request:
        name = r"[\w-]+(?:\.(?:na|eu|au))?"
        host = f"{quote(self.board)}.teamtailor.com" if re.fullmatch(name, self.board) else quote(self.board)
        is_rss = urlsplit(self.url).path.endswith("/jobs.rss")
        paging = {"offset": "0", "per_page": str(RSS_PAGE_SIZE)} if is_rss else {}
        address = f"https://{host}/jobs.{'rss' if is_rss else 'json'}"
        return self.request(self.moved(add_or_replace_parameters(address, {**paging, **self.search})), self.parse_start)

    def records(self, response: Response) -> list[Any]:
        if decoded(response)[:1] == "<":
            return super().records(response)
        document = expect(json_of(response), dict, "the feed")
        if "items" not in document:
            raise UnexpectedFormatError(f"no 'items' in the feed; its keys are {sorted(document)[:8]}")
        self.document = Element("feed", {"next": str(document.get("next_url") or "")})
        return list(expect(document["items"], list, "'items'"))

    def next_href(self, response: Response) -> str | None:
        return self.document.attributes.get("next") or super().next_href(response)

    def next_request(self, response: Response, records: list[Any]) -> Iterable[Any]:
        if self.document.name != "rss":
            yield from super().next_request(response, records)
        elif len(records) >= RSS_PAGE_SIZE:
            offset = int(parse_qs(urlsplit(response.url).query).get("offset", ["0"])[0]) + len(records)
            paging = {"offset": str(offset), "per_page": str(RSS_PAGE_SIZE)}
            yield self.request(add_or_replace_parameters(response.url, paging), self.parse_start)

    def read_item(self, item: Any) -> Posting:
        return self._read_rss(item) if isinstance(item, Element) else self._read_json(item)

    def _read_json(self, item: JsonObject) -> Posting:
        job = item.get("_jobposting") or {}
        fields = posting_fields(job)
        return self.posting(
            **{
                **fields,
                "ref": identifier_of(job) or str(item["id"]),
                "url": item.get("url") or fields["url"],
                "title": fields["title"] or item["title"],
                "company": fields["company"] or name_of(job.get("identifier")) or self.company or self.board,
                "description": max(filter(None, _bodies(item, fields)), key=len, default=None),
                "posted_on_raw": fields["posted_on_raw"] or item.get("date_published"),
            }
        )

    def _read_rss(self, item: Element) -> Posting:
        url, title = item.get("link"), item.get("title")
        if not title:
            raise ValueError("no title")
        number = re.search(r"/jobs/(\d+)", url or "")
        return self.posting(
            ref=number[1] if number else item.get("guid") or url or title,
            url=url,
            title=title,
            company=self.document.get("channel/title") or self.company or self.board,
            description=as_html(item.get("description") or "") or None,
            places_raw=[place for one in item.all("locations/location") if (place := _place(one))],
            remote_raw=_remote(item.get("remoteStatus")),
            posted_on_raw=item.get("pubDate"),
        )


def _bodies(item: JsonObject, fields: dict[str, Any]) -> list[str | None]:
    return [fields["description"], item.get("content_html"), item.get("content_text")]


def _place(location: Element) -> RawPlace | None:
    """City and country; the name that the employer gave the place where it says more, or where there is no city."""
    name, city, country = (location.get(part) for part in ("name", "city", "country"))
    if name and (not city or name.startswith(f"{city},")):
        return RawPlace(text=name, country=country)
    return RawPlace(city=city, country=country) if city or country else None


def _remote(status: str | None) -> str | None:
    if status in (None, "none"):
        return None
    return "remote" if status == "fully" else status
