"""How the crawl logs."""

from __future__ import annotations

import logging
from typing import Any

from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult


class QuietDropFormatter(LogFormatter):
    """A rejected ad is a normal event: one debug line with its reason instead of a warning with the whole ad."""

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Any, spider: Spider
    ) -> LogFormatterResult:
        return {
            "level": logging.DEBUG,
            "msg": "Rejected %(posting_id)s (%(title)s): %(reason)s",
            "args": {"posting_id": item.posting_id, "title": item.title, "reason": str(exception)},
        }

    def scraped(self, item: Any, response: Response | Any, spider: Spider) -> LogFormatterResult:
        return {
            "level": logging.DEBUG,
            "msg": "Kept %(posting_id)s (%(title)s)",
            "args": {"posting_id": item.posting_id, "title": item.title},
        }

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Any, spider: Spider
    ) -> LogFormatterResult:
        return {
            "level": logging.ERROR,
            "msg": "Could not process %(posting_id)s (%(title)s)",
            "args": {"posting_id": item.posting_id, "title": item.title},
        }
