from __future__ import annotations

import re
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from parsel import Selector, SelectorList
from scrapy import Request
from scrapy.http import Response, TextResponse

from scraper.items import Posting, RawPlace
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.json_board import JsonObject
from scraper.platforms.json_ld_detail import JsonLdDetailSpider

AD_PATH = re.compile(r"/apply/(?:jobs/details/)?(?P<ref>(?=[^/]*[A-Z0-9])[A-Za-z0-9_-]{6,})(?:/[^/]*)?/?")
"""Path of an ad's page: its id, which is no word, and perhaps the words of the title."""

MARKS = re.compile(r"resumator|jazzhr|job_listings|jobs_table|career page", re.IGNORECASE)
"""What a board's page holds even without ads, and the waiting page before it does not."""

ROW = "ancestor::*[self::tr or self::li or contains(concat(' ', @class, ' '), ' resumator-job ')][1]"
"""From an ad's link to all that the list says of it."""

PLACES = (
    ".//*[contains(@class, 'fa-map-marker')]/parent::*",
    ".//*[contains(@class, 'resumator-job-info')]",
    ".//*[contains(@class, 'location')]",
)
"""Where the layouts have the place, within a row."""

TEXT = "#job-description, .job_description, #resumator-job-description, .resumator-job-description, #job_description"
"""Where the layouts have the ad's text."""


class JazzhrSpider(JsonLdDetailSpider):
    """JazzHR: server-rendered list in one page, in one of several layouts, and a page an ad.

    Only the links to the ads are the same in all layouts; a page may have each row twice, for wide and narrow windows.
    Old layouts have no JobPosting data: their text is read from the page, and no date is known.
    """

    name = "jazzhr"
    start_address: ClassVar[str] = "https://{board}.applytojob.com/apply"
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//(?!(?:www|app|api|login|portal|support|developers)\.)(?P<board>[a-z0-9-]+)\.applytojob\.com(?:[/?#]|$)",
    )
    board_pattern: ClassVar[str] = r"[A-Za-z0-9][A-Za-z0-9-]*"

    def records(self, response: Response) -> list[Any]:
        if not isinstance(response, TextResponse):
            raise UnexpectedFormatError(f"expected a web page, got {len(response.body)} bytes of something else")
        ads: dict[str, JsonObject] = {}
        for record in filter(None, map(self._record, response.css("a[href]"))):
            ads.setdefault(record["ref"], record)
        if not ads and not MARKS.search(response.text):
            raise UnexpectedFormatError(f"neither ads nor a JazzHR board: {response.text.strip()[:60]!r}")
        company = re.match(r"\s*(.+?) - Career Page\s*$", response.css("title::text").get() or "")
        return [{**record, "company": company[1] if company else None} for record in ads.values()]

    def detail_request(self, record: Any) -> Request:
        return self.detail(self.moved(record["url"]), record, record["title"])

    def read_listed(self, record: JsonObject) -> Posting:
        return self.posting(
            ref=record["ref"],
            url=record["url"],
            title=record["title"],
            company=record["company"] or self.company or self.board,
            places_raw=[RawPlace(text=record["place"])] if record["place"] else [],
        )

    def read_page_without_data(self, response: TextResponse, record: JsonObject) -> Posting:
        posting = self.read_listed(record)
        posting.description = response.css(TEXT).get()
        if posting.description is None:
            return super().read_page_without_data(response, record)
        return posting

    def _record(self, link: Selector) -> JsonObject | None:
        """What the list says of the ad that a link leads to; None for other links and those without words."""
        board = f"https://{self.board}.applytojob.com/apply"
        parts = urlsplit(urljoin(board, link.attrib["href"].strip()))
        match, title = AD_PATH.fullmatch(parts.path), _words(link.xpath("."))
        if not match or not title or parts.netloc.lower() != urlsplit(board).netloc.lower():
            return None
        return {"ref": match["ref"], "url": urljoin(board, parts.path), "title": title, "place": _place(link)}


def _place(link: Selector) -> str | None:
    row = link.xpath(ROW)
    words = next(filter(None, (_words(row.xpath(path)) for path in PLACES)), "")
    return re.sub(r"^Location:\s*|\s*Department:.*$", "", words) or None


def _words(found: SelectorList[Selector]) -> str:
    """The words of the first element found, in one line."""
    return " ".join(" ".join(found[:1].xpath(".//text()").getall()).split())
