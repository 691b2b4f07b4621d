from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from urllib.parse import urldefrag, urlsplit

from parsel import Selector
from scrapy import Request
from scrapy.http import Response, TextResponse
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from scraper.ad_page import Listed, PageParts, fields_of, names_a_job, plain_title, read_fragment, read_page
from scraper.items import LISTED_TITLE, Posting, RawPlace
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.paged import PagedSpider
from scraper.schema_org import identifier_of, posting_fields
from scraper.selected import cut_out, selected_links, selected_texts, selected_title
from scraper.spiders.jobposting import JOB_ADDRESS, MAX_FOLLOWED
from scraper.structured_page import job_postings_of

FIELDS = {
    "title": "title",
    "company": "company",
    "salary": "salary_raw",
    "posted_on": "posted_on_raw",
    "valid_through": "valid_through_raw",
    "requisition": "requisition",
}
"""Selector of a single text -> the posting's field."""

MIN_CHARS = 150
"""Shortest text of an ad that no selector points at."""

MIN_SIGNS = 2
"""Words and labels of ads that a page must have to be taken for an ad where nothing else says so."""

MIN_SIGNS_UNTITLED = 4

MIN_SECTIONS = 2
"""Headings of an ad's sections that a page with links to jobs must have to be taken for an ad itself."""

RICH_CHARS = 1500
"""Text of an ad whose sections have other names; the introduction of a list is shorter, and has no labelled values."""

MAX_REPEATS = 3
"""A page where one label stands more often is a list of ads."""


class PageSpider(PagedSpider):
    """A career page without structured data: a listing, or a single ad, read by rules or by the source's selectors.

    A start page that reads like an ad is one; else its links that look like ads are followed, and its ``rel=next``
    pages are listings too. The rules err; the source's CSS ``selectors`` replace them one by one. Its ``ad`` cuts a
    page with many ads into them: it names an element around each, or each one's heading. Structured data, where a page
    has it after all, goes first.
    """

    name = "page"
    start_address: ClassVar[str] = "{url}"

    def __init__(self, *, selectors: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.selectors = selectors or {}
        self._n_followed = 0
        self._pages: set[str] = set()

    def records(self, response: Response) -> list[Any]:
        """What the start page or a further page of the listing holds: postings, or links to ads."""
        if not isinstance(response, TextResponse):
            raise UnexpectedFormatError(f"expected a web page, got {len(response.body)} bytes of something else")
        self._pages.add(urldefrag(response.url).url)
        if "ad" in self.selectors:
            return list(self._ads_cut_out(response))
        parts = read_page(response.text, response.url, job_address=JOB_ADDRESS)
        links = self._links(response, parts)
        ads = list(self._structured(response))
        if ads:
            return ads + (links if len(ads) > 1 or "link" in self.selectors else [])
        if "link" not in self.selectors and self._is_single(parts):
            return list(self._single(response, parts, None))
        if not links and not self._n_pages:
            raise UnexpectedFormatError("neither an ad nor links to ads; set selectors (link, text) in the source")
        return links

    def read_page(self, records: list[Any], response: Response) -> Iterable[Any]:
        for record in records:
            if isinstance(record, Posting):
                if self.is_new(record.posting_id) and self.wanted(record.title):
                    yield record
            elif self.is_new(record.url) and (record.title is None or self.wanted(record.title)):
                if self._n_followed >= MAX_FOLLOWED:
                    self.fail("partial", record.url, f"more than {MAX_FOLLOWED} ads; narrow the source")
                    return
                self._n_followed += 1
                yield self._ad_request(record)

    def next_request(self, response: Response, records: list[Any]) -> Iterable[Any]:
        assert isinstance(response, TextResponse)
        is_ad = bool(records) and all(isinstance(record, Posting) for record in records)
        if is_ad and not {"ad", "next"} & set(self.selectors):  # "next" on an ad is the next ad, or the next article
            return
        page = Selector(text=response.text)
        marked = selected_links(page, self.selectors["next"]) if "next" in self.selectors else []
        for href in [*marked, *page.css("[rel~=next]::attr(href)").getall()]:
            address = self._own(urldefrag(response.urljoin(href)).url, response)
            if address and address not in self._pages:
                self._pages.add(address)
                yield self.request(address, self.parse_start)
                return

    def parse_ad(self, response: Response, listed: str | None) -> Iterable[Any]:
        """The posting on a page that a listing led to; a page that is none is no failure: the link was a guess."""
        if not isinstance(response, TextResponse):
            return
        ads = list(self._structured(response))
        if not ads:
            parts = read_page(response.text, response.url, listed=listed)
            if "link" in self.selectors or parts.closed or self._is_ad(parts, 1):
                ads = list(self._single(response, parts, listed))
        yield from (posting for posting in ads if self.wanted(posting.title))

    def note_lost_ad(self, failure: Failure) -> None:
        """Errback: an ad that closes between its listing and its request costs nobody but itself."""
        error = failure.value
        if isinstance(error, HttpError) and error.response.status in (404, 410):
            self.fail("partial", error.response.url, "listed, but gone when asked for")
        else:
            self.note_failure(failure)

    def _ad_request(self, record: Listed) -> Request:
        return Request(
            record.url,
            callback=self.parse_ad,
            errback=self.note_lost_ad,
            cb_kwargs={"listed": record.title},
            meta={LISTED_TITLE: record.title},
        )

    def _own(self, address: str, response: Response) -> str | None:
        """The address as this crawl asks for it; None for one of another site."""
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https"):
            return None
        if parts.netloc == urlsplit(response.url).netloc:
            return address
        return self.moved(address) if self.base_url and parts.netloc == urlsplit(self.url).netloc else None

    def _links(self, response: TextResponse, parts: PageParts) -> list[Listed]:
        """Links to ads: those the selector names, on any site, or those the rules find."""
        if "link" not in self.selectors:
            return parts.links
        links = []
        for one in Selector(text=response.text).css(self.selectors["link"]):
            for href in selected_links(one):
                address = urldefrag(response.urljoin(href)).url
                if urlsplit(address).scheme in ("http", "https"):
                    links.append(Listed(self._own(address, response) or address, plain_title(selected_title(one))))
        return links

    def _is_ad(self, parts: PageParts, min_signs: int) -> bool:
        """Whether a page reads like one ad; one without a title of its own needs more signs of that."""
        enough = min_signs if parts.title else MIN_SIGNS_UNTITLED
        is_cards = parts.n_cards > MAX_REPEATS and parts.n_sections < MIN_SECTIONS
        is_list = parts.n_repeats > MAX_REPEATS or is_cards
        return parts.n_chars >= MIN_CHARS and parts.n_signs >= enough and not is_list

    def _is_single(self, parts: PageParts) -> bool:
        """Whether the start page is an ad: it reads like one, and links to jobs do not outweigh that."""
        if parts.closed and not parts.links:
            return True
        is_rich = len(parts.values) >= MIN_SIGNS and parts.n_chars >= RICH_CHARS
        is_list = parts.n_sections < MIN_SECTIONS and not is_rich and any(map(names_a_job, parts.links))
        return self._is_ad(parts, MIN_SIGNS) and not is_list

    def _structured(self, response: TextResponse) -> Iterator[Posting]:
        jobs = job_postings_of(response.text, response.url)

        def read(job: dict[str, Any]) -> Posting:
            fields, identifier = posting_fields(job), identifier_of(job)
            ref = response.url if len(jobs) == 1 else f"{response.url}#{identifier or fields['title']}"
            return self.posting(ref=ref, **{**fields, "url": response.url, "requisition": identifier})

        return self.guarded(jobs, read, response.url)

    def _single(self, response: TextResponse, parts: PageParts, listed: str | None) -> Iterator[Posting]:
        """The ad on a page; nothing where the page says it is closed or where a selector no longer fits."""
        if parts.closed:
            self.fail("gone" if listed is None else "partial", response.url, f"the ad is closed: {parts.closed!r}")
            return
        page = Selector(text=response.text)
        for name in ("title", "text"):
            if name in self.selectors and not page.css(self.selectors[name]):
                reason = f"selector {name} ({self.selectors[name]!r}) matches nothing on this page"
                self.fail("changed-format", response.url, reason)
                return
        fields = {**fields_of(parts.title, parts.values, parts.body), **_selected(page, self.selectors)}
        yield self.posting(ref=response.url, url=response.url, **fields)

    def _ads_cut_out(self, response: TextResponse) -> Iterator[Posting]:
        """The ads of a page that shows many, cut at the selector ``ad``."""
        refs: dict[str, int] = {}
        for markup in cut_out(response.text, self.selectors["ad"]):
            fields = {**fields_of(*read_fragment(markup)), **_selected(Selector(text=markup), self.selectors)}
            ref = f"{response.url}#{fields['requisition'] or fields['title']}"
            refs[ref] = refs.get(ref, 0) + 1
            numbered = ref if refs[ref] == 1 else f"{ref}-{refs[ref]}"
            yield self.posting(ref=numbered, url=response.url, **fields)


def _selected(page: Selector, selectors: dict[str, str]) -> dict[str, Any]:
    """Fields of a posting that the source's selectors point at."""
    fields: dict[str, Any] = {}
    for name in set(selectors) & set(FIELDS):
        texts = selected_texts(page, selectors[name])
        fields[FIELDS[name]] = texts[0] if texts else None
    if "location" in selectors:
        fields["places_raw"] = [RawPlace(text=text) for text in selected_texts(page, selectors["location"])]
    if "text" in selectors:
        fields["description"] = "\n".join(page.css(selectors["text"]).getall()) or None
    return fields
