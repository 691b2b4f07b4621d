"""Boards whose list names the ads, and whose detail answers hold their text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scrapy import Request
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from scraper.items import LISTED_TITLE, Posting
from scraper.platforms.paged import PagedSpider


class ListingSpider(PagedSpider):
    """A list and one detail request an ad: what is listed (``records``), where its detail is, and what both hold."""

    def detail_request(self, record: Any) -> Request:
        """The request for one listed ad, made by :meth:`detail`."""
        raise NotImplementedError  # every platform says how

    def read_listed(self, record: Any) -> Posting:
        """What the list alone says of an ad: kept where its detail cannot be had."""
        raise NotImplementedError  # every platform says how

    def read_detail(self, response: Response, record: Any) -> Posting:
        """The detail answer and the list's record -> one posting."""
        raise NotImplementedError  # every platform says how

    def detail(self, url: str, record: Any, title: str | None, **kwargs: Any) -> Request:
        """A detail request that carries the record along, and the title for the filter before it."""
        return Request(
            url,
            callback=self.parse_detail,
            errback=self.note_lost_detail,
            cb_kwargs={"record": record},
            meta={LISTED_TITLE: title},
            **kwargs,
        )

    def read_page(self, records: list[Any], response: Response) -> Iterable[Any]:
        for request in self.guarded(records, self.detail_request, response.url):
            if self.is_new(f"{request.url} {request.body!r}") and self.wanted(request.meta[LISTED_TITLE]):
                yield request

    def parse_detail(self, response: Response, record: Any) -> Iterable[Any]:
        """The posting of one detail answer, or of the list alone where the answer cannot be read."""
        found = list(self.guarded([record], lambda one: self.read_detail(response, one), response.url))
        yield from found or self.guarded([record], self.read_listed, response.url)

    def note_lost_detail(self, failure: Failure) -> Iterable[Any]:
        """Errback: the detail of one ad was lost, not the board; an ad may close between the list and its detail."""
        error = failure.value
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        if isinstance(error, HttpError) and error.response.status in (404, 410):
            self.fail("partial", request.url, "listed, but gone when asked for")
        else:
            self.note_failure(failure)
        yield from self.guarded([request.cb_kwargs["record"]], self.read_listed, request.url)
