"""``sources.toml``: the boards to crawl, validated before anything is fetched.

Every message names the file, the entry and the field, so that whoever edits the file need not read code.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from cssselect import SelectorError
from parsel.csstranslator import css2xpath
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from scraper.errors import UserError
from scraper.spiders import spider_class, spider_names

# fmt: off
SELECTOR_KEYS = (
    "ad", "link", "next", "title", "text", "company", "location", "salary", "posted_on", "valid_through", "requisition",
)
# fmt: on
"""What a source's ``selectors`` may point at."""

FILE_PLATFORMS = ("files", "warc")
"""Platforms that read a file of this machine: their ``url`` is a path."""


def _regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from None
    return value


def _selectors(value: dict[str, str]) -> dict[str, str]:
    for key, selector in value.items():
        if key not in SELECTOR_KEYS:
            raise ValueError(f"unknown selector {key!r}; known are {', '.join(SELECTOR_KEYS)}")
        try:
            css2xpath(selector)
        except SelectorError as error:
            raise ValueError(f"{key} = {selector!r} is no CSS selector: {error}") from None
    return value


Regex = Annotated[str, AfterValidator(_regex)]
Selectors = Annotated[dict[str, str], AfterValidator(_selectors)]


class SourcesError(UserError):
    """The file of sources cannot be used; the message says where and what to do."""


class Source(BaseModel):
    """One board: an entry ``[[source]]``."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    """Unique; letters, digits, ``-`` and ``_``."""

    platform: str
    """A spider's name."""

    board: str | None = None
    """The platform's token for the board."""

    url: str | None = None
    """Start page, sitemap or file; for platforms with tokens the board's public address may stand for the token."""

    base_url: str | None = None
    """Replaces scheme, host and port of the platform's API: mirrors, proxies, tests."""

    every: str | None = Field(default=None, pattern=r"^\d+[mhd]$")
    """How often ``--due`` runs it: ``30m``, ``24h``, ``7d``."""

    delay_s: float | None = Field(default=None, ge=0, le=600)
    """Seconds between two requests to the board's host; the project's setting when absent."""

    company: str | None = None
    """The employer's name, for boards that do not state it."""

    only_titles: Regex | None = None
    """Keep only ads whose title matches this regular expression (case ignored)."""

    query: dict[str, str] | None = None
    """Search parameters of the platform's API, added to or replacing its spider's own."""

    follow: Regex | None = None
    """``jobposting``: follow only links whose address matches this regular expression."""

    selectors: Selectors | None = None
    """``page``: CSS selectors that stand for its rules; a name of ``SELECTOR_KEYS`` -> what to read there."""

    @model_validator(mode="after")
    def _has_address(self) -> Source:
        if self.platform not in spider_names():
            raise ValueError(f"platform: unknown platform {self.platform!r}; known are {', '.join(spider_names())}")
        spider = spider_class(self.platform)
        if self.board and not re.fullmatch(spider.board_pattern, self.board):
            raise ValueError(f"board: should match pattern '{spider.board_pattern}'")
        if lacking := spider.lacks(self.board, self.url):
            raise ValueError(f"{lacking}: platform {self.platform!r} needs it")
        if self.platform == "warc" and urlsplit(self.url or "").scheme in ("http", "https"):
            raise ValueError("url: warc reads a local file; download it first")
        for key in ("url", "base_url"):
            value = getattr(self, key)
            if value and self.platform not in FILE_PLATFORMS and urlsplit(value).scheme not in ("http", "https"):
                raise ValueError(f"{key}: {value!r} is no http or https address")
        return self

    @property
    def interval(self) -> timedelta | None:
        """``every`` as a length of time."""
        if self.every is None:
            return None
        unit = {"m": "minutes", "h": "hours", "d": "days"}[self.every[-1]]
        return timedelta(**{unit: int(self.every[:-1])})

    def spider_arguments(self) -> dict[str, Any]:
        """Arguments for the spider, as ``scrapy crawl PLATFORM -a key=value`` would pass them."""
        given = self.model_dump(exclude_none=True, exclude={"name", "platform", "every", "delay_s"})
        return {"source": self.name, **given}


def load_sources(path: Path) -> list[Source]:
    """Read and check the file; raises SourcesError naming entry and field. A relative file ``url`` is beside it."""
    sources, problems = read_sources(path)
    if len(problems) > 1:
        raise SourcesError(f"{problems[0]} (and {len(problems) - 1} more: rolecall sources check lists them)")
    if problems:
        raise SourcesError(problems[0])
    return sources


def read_sources(path: Path) -> tuple[list[Source], list[str]]:
    """(valid entries in order, what is wrong with the others); raises SourcesError where there are no entries."""
    sources: dict[str, Source] = {}
    problems = []
    for number, entry in enumerate(source_tables(path), 1):
        try:
            source = _source(path, number, entry)
        except SourcesError as error:
            problems.append(str(error))
            continue
        if source.name in sources:
            problems.append(f"{path}: name: {source.name!r} stands at more than one [[source]]; rename one")
        sources.setdefault(source.name, source)
    return list(sources.values()), problems


def source_tables(path: Path) -> list[Any]:
    """The file's entries as they stand, unchecked; raises SourcesError where it cannot be read or has none."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourcesError(
            f"{path}: no such file; write one (see README, 'How to add a source') or pass --sources FILE"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SourcesError(f"{path}: not readable as TOML: {error}") from None
    entries = document.get("source")
    if not isinstance(entries, list) or not entries:
        raise SourcesError(f"{path}: no [[source]] entry; add at least one")
    return entries


def _source(path: Path, number: int, entry: Any) -> Source:
    label = entry.get("name", "without a name") if isinstance(entry, dict) else "not a table"
    try:
        source = Source.model_validate(entry)
    except ValidationError as error:
        problems = "; ".join(_problem(one) for one in error.errors())
        raise SourcesError(f"{path}: [[source]] {number} ({label}): {problems}") from None
    if source.platform in FILE_PLATFORMS and source.url and not Path(source.url).is_absolute():
        return source.model_copy(update={"url": str(path.parent / source.url)})
    return source


def _problem(error: Any) -> str:
    where = ".".join(map(str, error["loc"]))
    what = error["msg"].removeprefix("Value error, ")
    return f"{where}: {what} (got {error['input']!r})" if where else what


def is_due(source: Source, last_run: dict[str, Any] | None) -> bool:
    """Whether ``--due`` runs the source: no interval, no run yet, a failed run, or an interval that has passed.

    A suspect board is asked again when its interval has passed, so that it has time to recover.
    """
    if source.interval is None or last_run is None or last_run["outcome"] not in ("ok", "empty", "suspect"):
        return True
    return datetime.now(UTC) - datetime.fromisoformat(last_run["started_at"]) >= source.interval
