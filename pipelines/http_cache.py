"""Conditional requests: an answer that came with a validator is asked for again only in case it has changed.

Scrapy's HTTP cache with three differences: it asks every time, as a list of ads that may be old is none; an error is an
error, and never yesterday's answer; and it keeps answers in the store, where a killed process leaves no half of one. An
answer 304 reaches the spider as the whole answer of the last time: the board counts as read, and its ads as seen.
"""

from __future__ import annotations

import logging

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.httpcache import HttpCacheMiddleware
from scrapy.extensions.httpcache import RFC2616Policy
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from w3lib.http import headers_dict_to_raw, headers_raw_to_dict

from pipelines.host import now_of
from store import KeptAnswer, StoreError, keep_answer, kept_answer, open_store

logger = logging.getLogger(__name__)


class ConditionalRequestsMiddleware(HttpCacheMiddleware):
    """Scrapy's middleware, for which a kept answer does not stand in for one that did not come."""

    def process_exception(self, request: Request, exception: Exception) -> None:  # type: ignore[override]  # the spider argument is deprecated
        request.meta.pop("cached_response", None)


class AskEveryTimePolicy(RFC2616Policy):
    """Scrapy's policy of RFC 2616, without freshness: what a server calls good for a day is asked for all the same."""

    def should_cache_response(self, response: Response, request: Request) -> bool:
        has_validator = b"ETag" in response.headers or b"Last-Modified" in response.headers
        return response.status == 200 and has_validator and super().should_cache_response(response, request)

    def is_cached_response_fresh(self, cachedresponse: Response, request: Request) -> bool:
        self._set_conditional_validators(request, cachedresponse)
        return False

    def is_cached_response_valid(self, cachedresponse: Response, response: Response, request: Request) -> bool:
        return response.status == 304


class StoreCacheStorage:
    """Keeps answers in the store named by ``ROLECALL_STORE``."""

    def __init__(self, settings: BaseSettings) -> None:
        self.settings = settings

    def open_spider(self, spider: Spider) -> None:
        self.store = open_store(self.settings["ROLECALL_STORE"])
        self.fingerprinter = spider.crawler.request_fingerprinter

    def close_spider(self, spider: Spider) -> None:
        self.store.close()

    def retrieve_response(self, spider: Spider, request: Request) -> Response | None:
        kept = kept_answer(self.store, self._key(request))
        if kept is None:
            return None
        headers = Headers(headers_raw_to_dict(kept.headers))
        kind = responsetypes.from_args(headers=headers, url=request.url, body=kept.body)
        return kind(url=request.url, headers=headers, body=kept.body)

    def store_response(self, spider: Spider, request: Request, response: Response) -> None:
        answer = KeptAnswer(headers_dict_to_raw(response.headers) or b"", response.body)
        try:
            keep_answer(self.store, self._key(request), answer, now_of(self.settings).isoformat(timespec="seconds"))
        except StoreError as error:  # it is asked for in full the next time
            logger.debug("%s", error)

    def _key(self, request: Request) -> str:
        assert self.fingerprinter
        return self.fingerprinter.fingerprint(request).hex()
