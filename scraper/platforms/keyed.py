"""Platforms that answer only with a key, which must show nowhere."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from scrapy import Request
from scrapy.http import Response

from scraper.platforms.json_board import JsonBoardSpider

HIDDEN = "***"
"""What stands in the place of a key."""


class KeyedSpider(JsonBoardSpider):
    """A platform with ``keys``: their values are kept out of failures and out of the log.

    Redirects are not followed: they would carry a key to a host that it is not meant for. Answers are not kept for
    later, as they may repeat it.
    """

    async def start(self) -> AsyncIterator[Any]:
        hide_in_log(self.keys)
        async for each in super().start():
            yield each

    def request(self, url: str, callback: Callable[[Response], Iterable[Any]], **kwargs: Any) -> Request:
        return super().request(url, callback, meta={"dont_redirect": True, "dont_cache": True}, **kwargs)

    def fail(self, kind: str, url: str, reason: str) -> None:
        super().fail(kind, without_keys(url, self.keys), without_keys(reason, self.keys))


def without_keys(text: str, names: Iterable[str]) -> str:
    """The text without the values of these environment variables, as they are or as addresses write them."""
    values = [value for name in names if (value := os.environ.get(name))]
    written = {form for value in values for form in (value, quote(value, safe=""), quote_plus(value))}
    for form in sorted(written, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return text


def hide_in_log(names: Iterable[str]) -> None:
    """From now on no record that this process logs holds the values of these environment variables.

    Scrapy logs the addresses of requests that fail, and a key may stand in one. Records are mended where they are
    made, as Scrapy puts a new handler in the place of the old one with every crawl.
    """
    factory = logging.getLogRecordFactory()
    if not isinstance(factory, _HidingFactory):
        factory = _HidingFactory(factory)
        logging.setLogRecordFactory(factory)
    factory.names.update(names)


class _HidingFactory:
    """Makes log records as another factory does, and takes the keys out."""

    def __init__(self, make: Callable[..., logging.LogRecord]) -> None:
        self.make = make
        self.names: set[str] = set()

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self.make(*args, **kwargs)
        record.msg = self._shown(record.msg)
        if isinstance(record.args, Mapping):
            record.args = {name: self._shown(value) for name, value in record.args.items()}
        elif record.args:
            record.args = tuple(self._shown(value) for value in record.args)
        if record.exc_info:
            record.exc_text = self._shown(logging.Formatter().formatException(record.exc_info))
        return record

    def _shown(self, value: Any) -> Any:
        """The value itself, or its words without the keys where it would show one."""
        words = str(value)
        shown = without_keys(words, self.names)
        return value if shown == words else shown
