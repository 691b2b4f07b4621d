"""How the crawl logs."""

from __future__ import annotations

import logging
from copy import copy
from typing import Any

from pythonjsonlogger.json import JsonFormatter
from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from scrapy.settings import BaseSettings


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


FIELDS = ("timestamp", "level", "logger", "source", "message", "exc_info")


class JsonLineFormatter(JsonFormatter):
    """One JSON object a line: ``FIELDS``, without those that are empty. ``timestamp`` is ISO 8601, UTC."""

    def __init__(self) -> None:
        names = {"levelname": "level", "name": "logger"}
        super().__init__("{levelname}{name}{message}", style="{", rename_fields=names, timestamp=True)

    def format(self, record: logging.LogRecord) -> str:
        """A traceback that was written when the record was made has no keys in it; a new one would."""
        record = copy(record)
        record.exc_info = None if record.exc_text else record.exc_info
        return super().format(record)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Nothing but ``FIELDS``: what else hangs on a record was not looked through for keys."""
        known = {**log_data, "source": getattr(log_data.get("spider"), "source", None)}
        return {name: known[name] for name in FIELDS if known.get(name)}


def prepare_log(settings: BaseSettings) -> None:
    """Log JSON lines, into ``LOG_FILE`` or to stderr, where ``ROLECALL_LOG_FORMAT`` says so.

    To be called before a process of Scrapy is made with the settings, whose own handler then stays away.
    """
    if settings.get("ROLECALL_LOG_FORMAT") != "json":
        return
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    path = settings.get("LOG_FILE")
    handler = logging.FileHandler(path, encoding="utf-8") if path else logging.StreamHandler()
    handler.setFormatter(JsonLineFormatter())
    handler.setLevel(settings["LOG_LEVEL"])
    logging.root.setLevel(logging.NOTSET)
    logging.root.addHandler(handler)
