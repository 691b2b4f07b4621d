"""``python -m output.web.fetch``: fetch the page whose address stands on standard input, and print its bytes.

With the crawler's own settings, in a process of its own: robots.txt, the address guard and the size limit hold for the
address and for every redirect, and Twisted's reactor runs once only. The address is no argument, so that no list of
processes shows it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from twisted.python.failure import Failure

from scraper.crawl import project_settings
from scraper.errors import UserError

TIMEOUT_S = 30
SETTINGS: dict[str, Any] = {
    "ITEM_PIPELINES": {},
    "EXTENSIONS": {},
    "SPIDER_MIDDLEWARES": {},
    "DOWNLOAD_TIMEOUT": TIMEOUT_S / 2,
    "RETRY_ENABLED": False,
    "LOG_ENABLED": False,
}


class NotFetchedError(UserError):
    """The page cannot be had; the message says why."""


def fetch_page(url: str) -> bytes:
    """The bytes of a web page; raises NotFetchedError."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise NotFetchedError("this is no http or https address")
    command = [sys.executable, "-m", "output.web.fetch"]
    try:
        done = subprocess.run(command, input=url.encode(), capture_output=True, timeout=TIMEOUT_S, check=False)  # noqa: S603  # our own module
    except subprocess.TimeoutExpired:
        raise NotFetchedError(f"the site did not answer within {TIMEOUT_S} seconds") from None
    if done.returncode:
        raise NotFetchedError(done.stderr.decode("utf-8", "replace").strip().splitlines()[-1])
    return done.stdout


class OnePageSpider(Spider):
    """The page of one address."""

    name = "one_page"

    def __init__(self, url: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.url = url
        self.body: bytes | None = None
        self.reason = "no answer"

    async def start(self) -> AsyncIterator[Any]:
        yield Request(self.url, errback=self.failed)

    def parse(self, response: Response, **kwargs: Any) -> None:
        self.body = response.body

    def failed(self, failure: Failure) -> None:
        self.reason = f"{failure.value}"[:300] or type(failure.value).__name__


def main(url: str) -> int:
    """Fetch and print; 0 where there was a page."""
    process = AsyncCrawlerProcess(project_settings(SETTINGS))
    crawler = process.create_crawler(OnePageSpider)
    process.crawl(crawler, url=url)
    process.start()
    spider = crawler.spider
    assert isinstance(spider, OnePageSpider)
    if spider.body is None:
        sys.stderr.write(f"{spider.reason}\n")
        return 1
    sys.stdout.buffer.write(spider.body)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.stdin.read().strip()))
