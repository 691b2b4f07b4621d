from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response, TextResponse

from scraper.items import Posting, RawPlace
from scraper.json_ld import find_job_postings
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.embedded_json import json_after
from scraper.platforms.json_board import JsonObject, expect, json_of
from scraper.platforms.listing import ListingSpider
from scraper.schema_org import posting_fields, text_of

_REMOTE_TYPES: dict[Any, str] = {0: "temporarily remote", 1: "hybrid"}
_SAYS_REMOTE = re.compile(r"\b(?:remote|hybrid)\b", re.IGNORECASE)
_PAY_LABEL = re.compile(r"salary|compensation|\bpay\b", re.IGNORECASE)
_NO_EMPLOYER = re.compile(
    r"(?:(?:current|open|external|our|career|job|employment) )*(?:careers?|jobs?|opportunities|openings|positions)",
    re.IGNORECASE,
)
_NOT_FOUND = "does not exist or is not currently active"


class PaylocitySpider(ListingSpider):
    """Paylocity Recruiting: one page whose script holds the list, and one page an ad, written by the server.

    A board is the guid of ``/All/{guid}``, or the number of an older ``/List/{number}``. An address of the job feed as
    ``url`` reads that instead: JSON with whole ads. The list's text is a teaser or nothing; the ad's page has it in
    sections and perhaps as a JobPosting. ``IndeedRemoteType`` means something only beside a true ``IsRemote``. Boards
    and ads that are gone answer with status 200.
    """

    name = "paylocity"
    start_address: ClassVar[str] = "https://recruiting.paylocity.com/recruiting/{path}/{board}"
    board_pattern: ClassVar[str] = r"[0-9A-Fa-f-]{36}|\d+"
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//recruiting\.paylocity\.com/recruiting/(?:jobs/(?:all|list)|(?:v2/)?api/feed/jobs)/(?P<board>[0-9a-f-]{36}|\d+)",
    )

    def first_request(self) -> Request:
        path = "v2/api/feed/jobs" if "/api/feed/" in self.url else f"jobs/{'List' if self.board.isdigit() else 'All'}"
        return self.request(self.moved(self.start_address.format(path=path, board=quote(self.board))), self.parse_start)

    def parse_start(self, response: Response) -> Iterable[Any]:
        if _is_not_found(response):
            self.fail("gone", response.url, "the platform knows no such board")
            return
        yield from super().parse_start(response)

    def records(self, response: Response) -> list[Any]:
        data = json_of(response) if _is_feed(response) else json_after(_text(response), "pageData")
        document = _plain(expect(data, dict, "the board"))
        jobs = expect(document.get("jobs"), list, "'Jobs'")
        title = text_of(document.get("moduleTitle") or document.get("displayName"))
        employer = title if title and not _NO_EMPLOYER.fullmatch(title) else None
        return [{"employer": employer, **_plain(job)} if isinstance(job, dict) else job for job in jobs]

    def read_page(self, records: list[Any], response: Response) -> Iterable[Any]:
        if not _is_feed(response):
            yield from super().read_page(records, response)
            return
        for posting in self.guarded(records, self.read_listed, response.url):
            if self.is_new(posting.posting_id) and self.wanted(posting.title):
                yield posting

    def detail_request(self, record: Any) -> Request:
        return self.detail(self.moved(_address(record)), record, record["jobTitle"])

    def parse_detail(self, response: Response, record: Any) -> Iterable[Any]:
        if _is_not_found(response):
            self.fail("partial", response.url, "listed, but gone when asked for")
            yield from self.guarded([record], self.read_listed, response.url)
            return
        yield from super().parse_detail(response, record)

    def read_detail(self, response: Response, record: JsonObject) -> Posting:
        jobs = find_job_postings(_text(response))
        stated = posting_fields(jobs[0]) if jobs else {}
        shown = _shown(response)
        record = {**_headline(response), **record, **shown}
        if not shown.get("sections") and not stated.get("description"):
            raise UnexpectedFormatError("no text of an ad on the page")
        posting = self.read_listed({**record, "employer": stated.get("company") or record.get("employer")})
        text = posting.description if shown.get("sections") else stated["description"]
        holes = {name: value for name, value in stated.items() if value and not getattr(posting, name)}
        return replace(posting, **{**holes, "description": text})

    def read_listed(self, record: JsonObject) -> Posting:
        return self.posting(
            ref=str(record["jobId"]),
            url=record.get("displayUrl") or _address(record),
            title=record.get("title") or record["jobTitle"],
            company=record.get("companyName") or record.get("employer") or self.company or self.board,
            description=_body(record),
            employment_type_raw=_kinds(record.get("jobTypes")),
            places_raw=_places(record),
            remote_raw=_remote(record),
            salary_raw=record.get("salary"),
            posted_on_raw=record.get("publishedDate") or record.get("createdUtc"),
        )


def _text(response: Response) -> str:
    if not isinstance(response, TextResponse):
        raise UnexpectedFormatError(f"expected a web page, got {len(response.body)} bytes of something else")
    return response.text


def _is_feed(response: Response) -> bool:
    return response.body.lstrip()[:1] in (b"{", b"[")


def _is_not_found(response: Response) -> bool:
    return _NOT_FOUND.encode() in response.body and b"pageData" not in response.body


def _address(record: JsonObject) -> str:
    return f"https://recruiting.paylocity.com/Recruiting/Jobs/Details/{record['jobId']}"


def _plain(value: JsonObject) -> JsonObject:
    """The object with keys as the feed writes them: jobLocation, where the page says JobLocation."""
    return {
        key[:1].lower() + key[1:]: _plain(inner) if isinstance(inner, dict) else inner for key, inner in value.items()
    }


def _headline(response: Response) -> JsonObject:
    """What the ad's page says of what the list should have said."""
    places = [text for text in _previewed(response) if not _SAYS_REMOTE.search(text)]
    number = re.search(r"/Details/(\d+)", response.url, re.IGNORECASE)
    return {
        "jobId": number[1] if number else None,
        "jobTitle": " ".join(response.css(".job-preview-title ::text").getall()).strip() or None,
        "locationName": places[0] if places else None,
    }


def _shown(response: Response) -> JsonObject:
    """The sections of the ad's page, in the terms of the list's record."""
    sections = [
        (
            " ".join(header.css("::text").getall()).strip(),
            header.xpath("following-sibling::*[1][not(contains(@class, 'job-listing-header'))]"),
        )
        for header in response.css(".job-listing-header")
    ]
    texts = {label: " ".join(" ".join(body.css("::text").getall()).split()) for label, body in sections}
    return {
        "previewed": _previewed(response),
        "jobTypes": texts.pop("Job Type", None),
        "salary": next((text for label, text in texts.items() if text and _PAY_LABEL.search(label)), None),
        "sections": [
            (label, "".join(body.xpath("node()").getall()).strip()) for label, body in sections if texts.get(label)
        ],
    }


def _previewed(response: Response) -> list[str]:
    """The line under the ad's title, between its dots: how remote, where, which department."""
    texts = (" ".join(text.split()) for text in response.css(".preview-location ::text").getall())
    return [text for text in texts if text.strip("•| ")]


def _body(record: JsonObject) -> str | None:
    """The page's sections; without a page what the list has, which the feed cuts in two."""
    listed = [("", record.get("description")), ("Requirements", record.get("requirements"))]
    sections = record.get("sections") or [(label, text) for label, text in listed if text]
    return "\n".join(f"<h3>{html.escape(label)}</h3>\n{text}" if label else text for label, text in sections) or None


def _kinds(value: Any) -> str | None:
    return ", ".join(filter(None, map(text_of, value if isinstance(value, list) else [value]))) or None


def _places(record: JsonObject) -> list[RawPlace]:
    """The address; the employer's label ("Hybrid", "Mendon office") only where the address names no place."""
    location = record.get("jobLocation") or {}
    city = text_of(location.get("city")) or text_of(location.get("metro"))
    region, country = text_of(location.get("state")), text_of(location.get("country"))
    labels = [location.get("locationDisplayName"), record.get("locationName"), location.get("name")]
    label = next((text for text in map(text_of, labels) if text), None)
    place = RawPlace(text=None if city or region else label, city=city, region=region, country=country)
    return [] if place == RawPlace() else [place]


def _remote(record: JsonObject) -> str | None:
    if record.get("isRemote") is True:
        return _REMOTE_TYPES.get(record.get("indeedRemoteType"), "remote")
    words = [
        *(record.get("previewed") or []),
        record.get("locationName"),
        (record.get("jobLocation") or {}).get("name"),
    ]
    return next((text for text in map(text_of, words) if text and _SAYS_REMOTE.search(text)), None)
