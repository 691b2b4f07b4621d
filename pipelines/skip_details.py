"""Requests for the details of ads that are no legal work are spared."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.spidermiddlewares.base import BaseSpiderMiddleware

from scraper.items import LISTED_TITLE
from taggers.legal_work import legal_work

SKIPPED = "details/skipped/"
"""Prefix of the stats that count spared requests by reason; the run's ledger counts them among the rejections."""


class SkipDetailsMiddleware(BaseSpiderMiddleware):
    """Spider middleware: drop a detail request whose listed title is no title of legal work.

    ``KEEP_LEGAL_ENABLED = False`` switches it off, together with the filter behind it.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("KEEP_LEGAL_ENABLED", True):
            raise NotConfigured("KEEP_LEGAL_ENABLED is false")
        return super().from_crawler(crawler)

    def get_processed_request(self, request: Request, response: Response | None) -> Request | None:
        title = request.meta.get(LISTED_TITLE)
        verdict = legal_work().judge_title(title) if title else None
        if verdict is None or verdict.is_legal:
            return request
        self.crawler.stats.inc_value(f"{SKIPPED}{verdict.reason}")
        return None
