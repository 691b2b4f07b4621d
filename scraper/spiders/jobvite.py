from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from parsel import Selector, SelectorList
from scrapy import Request
from scrapy.http import Response, TextResponse

from scraper.items import Posting, RawPlace
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.json_board import JsonObject
from scraper.platforms.json_ld_detail import JsonLdDetailSpider
from scraper.schema_org import identifier_of

SITE = "https://jobs.jobvite.com"
AD_ADDRESS = re.compile(r"/job/(?P<ref>[A-Za-z0-9_-]+)/?(?=[?#]|$)")
SHOWN = re.compile(r"(\d+)\s*-\s*(\d+)\s+of\s+(\d+)")

_ROW = "ancestor::*[self::tr or self::li][1]"
_NO_PLACE = re.compile(r"\d+ locations?", re.IGNORECASE)


class JobviteSpider(JsonLdDetailSpider):
    """Jobvite career sites: one HTML list by category, and a page an ad, with JSON-LD at most employers.

    The list cuts long categories off behind a link to the search, which has everything in pages of fifty. A company
    that does not exist is sent on to an address with ``invalid=1``, an ad that closed to one with ``error=404``.
    """

    name = "jobvite"
    start_address: ClassVar[str] = f"{SITE}/{{board}}/jobs"
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//(?:jobs|careers)\.jobvite\.com/(?:careers/)?(?!careers\b|support\b)(?P<board>[\w-]+)",
    )
    board_pattern: ClassVar[str] = r"[A-Za-z0-9][A-Za-z0-9_-]*"

    def parse_start(self, response: Response) -> Iterable[Any]:
        if "invalid=1" in response.url:
            self.fail("gone", response.url, f"no company {self.board!r}")
            return
        yield from super().parse_start(response)

    def parse_search(self, response: Response) -> Iterable[Any]:
        """A page of the search; its pages may begin with ads of the list, which is no sign of their end."""
        try:
            records = self.records(response)
        except UnexpectedFormatError as error:
            self.fail("changed-format", response.url, str(error))
            return
        yield from self.read_page(records, response)
        shown = SHOWN.search(_one_line(response.css(".jv-pagination-text")))
        if shown and shown[1] == "1" and (size := int(shown[2])):
            n_pages = min(-(-int(shown[3]) // size), self.max_pages)
            yield from (self._search_request(number) for number in range(1, n_pages))

    def _search_request(self, number: int) -> Request:
        # without the slash the search answers its first page whatever p says
        return self.request(self.moved(f"{SITE}/{self.board}/search/?p={number}"), self.parse_search)

    def records(self, response: Response) -> list[Any]:
        if not isinstance(response, TextResponse):
            raise UnexpectedFormatError(f"expected a web page, got {len(response.body)} bytes of something else")
        found: dict[str, JsonObject] = {}
        for link in response.xpath("//a[@href]"):
            address = AD_ADDRESS.search(link.attrib["href"])
            if address and (title := _title(link)):
                found.setdefault(address["ref"], _record(link, title, address))
        if not found and "jv-" not in response.text:
            raise UnexpectedFormatError(f"no list of ads: {response.text.strip()[:60]!r}")
        return list(found.values())

    def read_page(self, records: list[Any], response: Response) -> Iterable[Any]:
        yield from super().read_page(records, response)
        if urlsplit(response.url).path.endswith("/jobs") and (not records or _is_cut_off(response)):
            yield self._search_request(0)

    def detail_request(self, record: Any) -> Request:
        return self.detail(self.moved(urljoin(SITE, record["path"])), record, record["title"])

    def read_listed(self, record: JsonObject) -> Posting:
        return self.posting(
            ref=record["ref"],
            url=urljoin(SITE, record["path"]),
            title=record["title"],
            company=self.company or self.board,
            employment_type_raw=record["type"],
            places_raw=_places(record["place"]),
        )

    def read_detail(self, response: Response, record: JsonObject) -> Posting:
        if "error=404" in response.url:
            self.fail("partial", response.url, "listed, but gone when asked for")
            return self.read_listed(record)
        return super().read_detail(response, record)

    def stated(self, job: JsonObject) -> dict[str, Any]:
        number = identifier_of(job) if isinstance(job.get("identifier"), dict) else None
        return {**super().stated(job), "requisition": number}

    def read_page_without_data(self, response: TextResponse, record: JsonObject) -> Posting:
        posting = self.read_listed(record)
        posting.description = "\n".join(response.css(".jv-job-detail-description").getall()) or None
        if not posting.description:
            self.fail("changed-format", response.url, "no text of an ad on the page")
        posting.places_raw = posting.places_raw or _places_on(response)
        return posting


def _is_cut_off(response: Response) -> bool:
    """Whether a category ends with a link to more of it; the link to the search form has no category."""
    links = response.xpath("//a[contains(@href, '/search')]")
    return any("show more" in _one_line(link).lower() or "c=" in link.attrib["href"] for link in links)


def _record(link: Selector, title: str, address: re.Match[str]) -> JsonObject:
    row = link.xpath(_ROW)
    return {
        "ref": address["ref"],
        "path": urlsplit(link.attrib["href"]).path,
        "title": title,
        "place": _one_line(link.css(".jv-job-list-location") or row.css(".jv-job-list-location")),
        "type": _one_line(link.css(".jv-job-list-type") or row.css(".jv-job-list-type")) or None,
    }


def _title(link: Selector) -> str:
    """The title's element, or the link's words without those of the place inside it."""
    inside = link.css(".jv-job-list-name .title, .title, .jv-job-list-name")
    own = link.xpath(".//text()[not(ancestor::*[contains(@class, 'jv-job-list-location')])]")
    return _one_line(inside[:1]) or " ".join(" ".join(own.getall()).split())


def _one_line(element: Selector | SelectorList[Selector]) -> str:
    return " ".join(" ".join(element.xpath(".//text()").getall()).split()).replace(" ,", ",")


def _places(text: str) -> list[RawPlace]:
    return [RawPlace(text=text)] if text and not _NO_PLACE.fullmatch(text) else []


def _places_on(response: TextResponse) -> list[RawPlace]:
    """The places under the ad's title, behind its department; alone, the line is the place."""
    parts = [" ".join(part.split()) for part in response.css(".jv-job-detail-meta ::text").getall()]
    parts = [part for part in parts if part.strip(" |·,")]
    return [place for part in parts[1:] or parts for place in _places(part)]
