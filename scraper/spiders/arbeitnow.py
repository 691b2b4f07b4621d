from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from scrapy.http import Response
from w3lib.url import add_or_replace_parameter

from scraper.items import Posting, RawPlace
from scraper.platforms.json_board import JsonBoardSpider, JsonObject, expect, json_of
from scraper.platforms.json_fields import object_of
from scraper.schema_org import text_of

_TRAILER = re.compile(r"\s*(?:<p>|\n)\s*Find\w*\b(?:(?!<p>).){0,300}\bArbeitnow\b(?:\s|\.|</?(?:a|p)>)*$", re.DOTALL)
"""The board's own last line under every text."""

_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)


class ArbeitnowSpider(JsonBoardSpider):
    """Arbeitnow: jobs in Germany, in pages counted from 1; it has no search.

    Some texts are entity-escaped HTML, but the board's own last line, which is left out, never is. Dates are epochs in
    seconds, job types free words, many of them German.
    """

    name = "arbeitnow"
    start_address: ClassVar[str] = "https://www.arbeitnow.com/api/job-board-api?page=1"

    def jobs(self, data: Any) -> list[Any]:
        return list(expect(expect(data, dict, "the answer").get("data"), list, "'data'"))

    def next_request(self, response: Response, records: list[Any]) -> Iterable[Any]:
        """The next page by its number, whatever address the answer gives for it."""
        links = object_of(json_of(response)).get("links")
        if not isinstance(links, dict) or links.get("next"):
            page = int(parse_qs(urlsplit(response.url).query).get("page", ["1"])[0]) + 1
            yield self.request(add_or_replace_parameter(response.url, "page", str(page)), self.parse_start)

    def read_job(self, job: JsonObject) -> Posting:
        place = text_of(job.get("location"))
        kinds = job.get("job_types")
        return self.posting(
            ref=text_of(job.get("slug")) or job["url"],
            url=text_of(job.get("url")),
            title=text_of(job["title"]),
            company=text_of(job.get("company_name")),
            description=_body(text_of(job.get("description")) or ""),
            employment_type_raw=", ".join(filter(None, map(text_of, kinds if isinstance(kinds, list) else [kinds])))
            or None,
            places_raw=[RawPlace(text=place)] if place else [],
            remote_raw="remote" if job.get("remote") is True else None,
            posted_on_raw=_day(text_of(job.get("created_at"))),
        )


def _body(text: str) -> str | None:
    text = _TRAILER.sub("", text)
    return (text if _TAG.search(text) else html.unescape(text)) or None


def _day(created_at: str | None) -> str | None:
    """An epoch in seconds -> ISO date; what is none is passed on as it is."""
    if not created_at or not re.fullmatch(r"\d{9,10}(?:\.\d*)?", created_at):
        return created_at
    return datetime.fromtimestamp(float(created_at), tz=UTC).date().isoformat()
