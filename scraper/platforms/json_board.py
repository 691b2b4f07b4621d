"""Boards whose whole list of ads, bodies included, is one JSON answer or pages of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scrapy.http import Response, TextResponse

from scraper.items import Posting
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.paged import PagedSpider

JsonObject = dict[str, Any]


class JsonBoardSpider(PagedSpider):
    """A platform answering JSON: say where the ads are (``jobs``) and what one is (``read_job``)."""

    def jobs(self, data: Any) -> list[Any]:
        """The records of the answer; raises UnexpectedFormatError when they are not there."""
        raise NotImplementedError

    def read_job(self, job: JsonObject) -> Posting:
        """One record -> one posting."""
        raise NotImplementedError

    def records(self, response: Response) -> list[Any]:
        return self.jobs(json_of(response))

    def read_page(self, records: list[Any], response: Response) -> Iterable[Any]:
        for posting in self.guarded(records, self.read_job, response.url):
            if self.is_new(posting.posting_id) and self.wanted(posting.title):
                yield posting


def expect(value: Any, kind: type, what: str) -> Any:
    """The value if it is of the kind a platform promises; else UnexpectedFormatError."""
    if not isinstance(value, kind):
        raise UnexpectedFormatError(f"{what} should be a JSON {kind.__name__}, got {type(value).__name__}")
    return value


def json_of(response: Response) -> Any:
    """The parsed body; raises UnexpectedFormatError saying what came instead of JSON."""
    if not isinstance(response, TextResponse):
        raise UnexpectedFormatError(f"expected JSON, got {len(response.body)} bytes of something else")
    try:
        return response.json()
    except (ValueError, RecursionError):
        looks = "an HTML page" if response.text.lstrip()[:1] == "<" else "no JSON"
        raise UnexpectedFormatError(f"expected JSON, got {looks}: {response.text.strip()[:60]!r}") from None
