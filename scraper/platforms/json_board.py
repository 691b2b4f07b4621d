"""Boards whose whole list of ads, bodies included, is one JSON answer or pages of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scrapy.http import Response, TextResponse

from scraper.items import Posting
from scraper.platforms.board import BoardSpider

JsonObject = dict[str, Any]


class UnexpectedFormatError(ValueError):
    """The answer is not what this platform answers; the message says what came instead."""


class JsonBoardSpider(BoardSpider):
    """A platform answering JSON: say where the ads are (``jobs``) and what one is (``read_job``)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._refs: set[str] = set()

    def jobs(self, data: Any) -> list[Any]:
        """The records of the answer; raises UnexpectedFormatError when they are not there."""
        raise NotImplementedError

    def read_job(self, job: JsonObject) -> Posting:
        """One record -> one posting."""
        raise NotImplementedError

    def next_request(self, response: Response, jobs: list[Any]) -> Iterable[Any]:
        """Requests for further pages; none by default."""
        return ()

    def parse_start(self, response: Response) -> Iterable[Any]:
        try:
            jobs = self.jobs(_json_of(response))
        except UnexpectedFormatError as error:
            self.fail("changed-format", response.url, str(error))
            return
        n_known = len(self._refs)
        for posting in self.read_each(jobs, self.read_job, response.url):
            self._refs.add(posting.posting_id)
            yield posting
        if len(self._refs) > n_known:  # a page that repeats earlier ones is the end, whatever the board says
            yield from self.next_request(response, jobs)


def expect(value: Any, kind: type, what: str) -> Any:
    """The value if it is of the kind a platform promises; else UnexpectedFormatError."""
    if not isinstance(value, kind):
        raise UnexpectedFormatError(f"{what} should be a JSON {kind.__name__}, got {type(value).__name__}")
    return value


def _json_of(response: Response) -> Any:
    if not isinstance(response, TextResponse):
        raise UnexpectedFormatError(f"expected JSON, got {len(response.body)} bytes of something else")
    try:
        return response.json()
    except (ValueError, RecursionError):
        looks = "an HTML page" if response.text.lstrip()[:1] == "<" else "no JSON"
        raise UnexpectedFormatError(f"expected JSON, got {looks}: {response.text.strip()[:60]!r}") from None
