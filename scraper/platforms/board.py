"""What every spider shares: the source it reads, the ids it gives, and how it says that something went wrong."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from scrapy import Request, Spider
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, ResponseDataLossError
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure
from w3lib.url import add_or_replace_parameters

from scraper.guard import ForbiddenAddress
from scraper.hosts import HostGivenUp
from scraper.items import Posting

FAILURE_OF_STATUS = {401: "blocked", 403: "blocked", 404: "gone", 410: "gone", 429: "throttled", 451: "blocked"}
"""HTTP status -> failure class; any other error status is ``throttled`` with ``Retry-After``, else ``network``."""

FORBIDDEN_BY_ROBOTS = "Forbidden by robots.txt"
"""What Scrapy's middleware says, in an exception of no class of its own."""

WORDS_FOR_ERROR = (
    (ResponseDataLossError, "the answer broke off before its end"),
    (DownloadFailedError, "the connection broke before the answer was complete"),
    (DownloadCancelledError, "given up: the answer is larger than DOWNLOAD_MAXSIZE"),
)
"""What these errors of Scrapy mean where they say nothing, or something about Twisted."""

T = TypeVar("T")

TEXT_FIELDS = frozenset(each.name for each in dataclasses.fields(Posting) if str(each.type).startswith("str"))

PLAIN_REF = re.compile(r"[A-Za-z0-9._-]{1,64}")


class UnexpectedFormatError(ValueError):
    """The answer is not what this platform answers; the message says what came instead."""


class BoardSpider(Spider):
    """A spider for one board.

    A failure ends nothing: it is noted with its class (``gone blocked throttled changed-format network partial
    key-missing``), address and reason, and the ads read before and after it are kept.
    """

    start_address: ClassVar[str] = "{url}"
    """Address of the first request, with ``{board}`` and ``{url}``."""

    board_addresses: ClassVar[tuple[str, ...]] = ()
    """Regular expressions over the public addresses of this platform's boards; the group ``board`` is the token."""

    board_pattern: ClassVar[str] = r"[A-Za-z0-9][A-Za-z0-9._ -]*"
    """Regular expression that a board's token matches as a whole: nothing that would lead to another path or host."""

    on_own_domains: ClassVar[bool] = False
    """Whether the platform serves boards on employers' own domains too: the token is then that host."""

    query: ClassVar[dict[str, str]] = {}
    """Search parameters of the first request, which a source's own ``query`` adds to or replaces."""

    keys: ClassVar[tuple[str, ...]] = ()
    """Environment variables without which the platform does not answer."""

    failures: list[tuple[str, str, str]]
    """(failure class, address, reason) of everything that could not be read."""

    def __init__(
        self,
        *,
        board: str | None = None,
        url: str | None = None,
        source: str | None = None,
        base_url: str | None = None,
        company: str | None = None,
        only_titles: str | None = None,
        query: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        found = self.recognise(url) if url and not board else None
        self.board = board or (found or {}).get("board") or urlsplit(url or "").netloc or self.name
        self.url = url or ""
        if lacking := self.lacks(board, url):
            raise ValueError(f"{self.name}: say which {lacking}, e.g. scrapy crawl {self.name} -a {lacking}=...")
        self.source = source or re.sub(r"[^A-Za-z0-9_-]+", "-", f"{self.name}-{self.board}")
        self.base_url = base_url or (found or {}).get("base_url")
        self.company = company
        self.only_titles = re.compile(only_titles, re.IGNORECASE) if only_titles else None
        self.search = {**self.query, **(query or {})}
        self.failures = []

    @classmethod
    def recognise(cls, address: str) -> dict[str, str] | None:
        """Fields of the source (``board``, perhaps ``base_url``) whose public address this is; None if not ours."""
        for pattern in cls.board_addresses:
            if match := re.search(pattern, address, re.IGNORECASE):
                board = unquote(match["board"])
                is_host = cls.on_own_domains and "." in board
                return {"board": board} | ({"base_url": f"https://{board}"} if is_host else {})
        return None

    @classmethod
    def lacks(cls, board: str | None, url: str | None) -> str | None:
        """Which of ``board`` and ``url`` a source of this platform needs and has not."""
        if "{board}" in cls.start_address and not board and not (url and cls.recognise(url)):
            return "board"
        return "url" if "{url}" in cls.start_address and not url else None

    async def start(self) -> AsyncIterator[Any]:
        absent = [key for key in self.keys if not os.environ.get(key)]
        if absent:
            self.fail("key-missing", self.start_address, f"set {' and '.join(absent)} in the environment")
            return
        yield self.first_request()

    def first_request(self) -> Request:
        """The request for the board's first page."""
        address = self.start_address.format(board=quote(self.board), url=self.url)
        if self.search:
            address = add_or_replace_parameters(address, self.search)
        return self.request(self.moved(address), self.parse_start)

    @property
    def host(self) -> str:
        """Host and port that the board's first request goes to; boards that share one take turns."""
        return urlsplit(self.first_request().url).netloc

    def parse_start(self, response: Response) -> Iterable[Any]:
        """Turn the first response into postings and further requests."""
        raise NotImplementedError  # every platform's base says how

    def request(self, url: str, callback: Callable[[Response], Iterable[Any]], **kwargs: Any) -> Request:
        """A request whose failure is noted and whose callback's exceptions do not lose what it already yielded."""
        return Request(url, callback=callback, errback=self.note_failure, **kwargs)

    def moved(self, url: str) -> str:
        """The address with scheme, host and port of ``base_url``, if the source has one."""
        if not self.base_url:
            return url
        base, parts = urlsplit(self.base_url), urlsplit(url)
        return urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + parts.path, parts.query, ""))

    def fail(self, kind: str, url: str, reason: str) -> None:
        """Note that something could not be read."""
        self.logger.warning("%s: %s: %s", kind, url, reason)
        self.failures.append((kind, url, reason))

    def note_failure(self, failure: Failure) -> None:
        """Errback: sort a failed request into its class."""
        error = failure.value
        url = failure.request.url  # type: ignore[attr-defined]  # Scrapy sets it
        if isinstance(error, HttpError):
            self.fail(*_failure_of(error.response, url))
        elif isinstance(error, HostGivenUp):
            self.fail(error.kind, url, str(error))
        elif isinstance(error, ForbiddenAddress) or str(error) == FORBIDDEN_BY_ROBOTS:
            self.fail("blocked", url, str(error))
        else:
            self.fail("network", url, f"{type(error).__name__}: {_words_of(error)}")

    def read_each(self, records: Iterable[Any], read: Callable[[Any], Posting], url: str) -> Iterator[Posting]:
        """One posting a record that ``only_titles`` lets through; a record that cannot be read is only noted."""
        return (posting for posting in self.guarded(records, read, url) if self.wanted(posting.title))

    def guarded(self, records: Iterable[Any], read: Callable[[Any], T], url: str) -> Iterator[T]:
        """What ``read`` makes of each record; a record that cannot be read is noted and the others go on."""
        for number, record in enumerate(records, 1):
            try:
                made = read(record)
            except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
                self.fail("changed-format", url, f"ad {number}: {type(error).__name__}: {error}")
            else:
                yield made

    def wanted(self, title: str | None) -> bool:
        """Whether the source's ``only_titles`` lets this title through."""
        return self.only_titles is None or bool(self.only_titles.search(title or ""))

    def posting(self, ref: str, **fields: Any) -> Posting:
        """A posting of this board with its stable id; a ref that is no plain token is replaced by its hash."""
        for name in TEXT_FIELDS & fields.keys():
            if isinstance(fields[name], list | dict):
                raise TypeError(f"{name} should be text, got {type(fields[name]).__name__}")
        token = ref if PLAIN_REF.fullmatch(ref) else hashlib.sha256(ref.encode()).hexdigest()[:16]
        fields["company"] = fields.get("company") or self.company
        return Posting(
            source=self.source,
            platform=self.name,
            posting_id=f"{self.name}:{self.board}:{token}",
            ref=ref,
            **fields,
        )


def _failure_of(response: Response, url: str) -> tuple[str, str, str]:
    """Class, address and reason of an error status."""
    wait = (response.headers.get("Retry-After") or b"").decode("latin-1")
    kind = FAILURE_OF_STATUS.get(response.status) or ("throttled" if wait else "network")
    return kind, url, f"HTTP status {response.status}{f', Retry-After: {wait[:40]}' if wait else ''}"


def _words_of(error: BaseException | None) -> str:
    said = str(error)
    if said and not isinstance(error, DownloadFailedError):
        return said
    return next((words for kind, words in WORDS_FOR_ERROR if isinstance(error, kind)), said)
